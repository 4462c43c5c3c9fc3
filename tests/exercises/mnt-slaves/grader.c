/*
 * grader.c - does a program find the slaves among mounts?
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "../library/facts.h"

/* The process that the program looks at, and what was mounted for it
 * before: the program can change that. */
static pid_t asked_for;
static struct mount mounts[200];
static size_t count;

/* What is mounted for it: copies of a shared mount, which are made what
 * stands here, and a mount whose names look like a field. */
static const unsigned long KINDS[][2] = {
    {MS_SLAVE, 0},   {MS_SLAVE, MS_SHARED}, {MS_SHARED, 0},
    {MS_PRIVATE, 0}, {MS_UNBINDABLE, 0},    {MS_SLAVE, 0},
};
enum { COPIES = sizeof(KINDS) / sizeof(KINDS[0]) };
static char folder[64], original[96], decoy[96], copies[COPIES][256];

/* More slaves than a small list holds, or a page their lines. */
enum { MANY = 70 };

static const char *numbered(int i)
{
    return text("%s/%d", folder, 1000 + i);
}

/* A slave that is nowhere below the others, and no tmpfs. */
static char further[96];
static const char FAR[] = "/mnt";

static void choose_names(void)
{
    snprintf(folder, sizeof(folder), "/tmp/%s", random_name(""));
    snprintf(original, sizeof(original), "%s/original", folder);
    snprintf(further, sizeof(further), "%s/further", folder);
    snprintf(decoy, sizeof(decoy), "%s/master:1", folder);
    for (size_t i = 0; i < COPIES; i++)
        snprintf(copies[i], sizeof(copies[i]), "%s/%s", folder,
                 random_name(""));
    /* The longest name that a folder may have would not fit. */
    strncat(copies[0], text("%0200d", 0), 200);
}

static void must_mount(const char *source, const char *point,
                       const char *type, unsigned long flags)
{
    if (mount(source, point, type, flags, NULL) == -1)
        err(3, "mount: %s", point);
}

static void must_make(const char *path)
{
    if (mkdir(path, 0755) == -1)
        err(3, "mkdir: %s", path);
}

static void copy_mount(const char *of, const char *copy,
                       const unsigned long kind[2])
{
    must_mount(of, copy, NULL, MS_BIND);
    must_mount(NULL, copy, NULL, kind[0]);
    if (kind[1] != 0)
        must_mount(NULL, copy, NULL, kind[1]);
}

/* What is there already is made private, but for "/", which is easily
 * forgotten. What cannot be named is taken off. */
static void leave_one_slave(void)
{
    must_mount(NULL, "/", NULL, MS_REC | MS_SLAVE);
    if (umount2("/run", MNT_DETACH) == -1)
        err(3, "umount: /run");
    for (size_t i = 0; i < count; i++)
        if (strcmp(mounts[i].point, "/") != 0 &&
            strncmp(mounts[i].point, "/run", 4) != 0)
            must_mount(NULL, mounts[i].point, NULL, MS_PRIVATE);
}

/* Runs in the mount namespace that is looked at. */
static void furnish(const char *unused)
{
    (void)unused;
    leave_one_slave();
    must_make(folder);
    must_make(decoy);
    must_mount("master:2", decoy, "tmpfs", 0);
    must_make(original);
    must_mount("original", original, "tmpfs", 0);
    must_mount(NULL, original, NULL, MS_SHARED);
    for (size_t i = 0; i < COPIES; i++) {
        must_make(copies[i]);
        copy_mount(original, copies[i], KINDS[i]);
    }
    must_make(further);
    must_mount("further", further, "ramfs", 0);
    must_mount(NULL, further, NULL, MS_SHARED);
    copy_mount(further, FAR, KINDS[0]);
    for (int i = 0; i < MANY; i++) {
        must_make(numbered(i));
        copy_mount(further, numbered(i), KINDS[0]);
    }
    fputs("done", stdout);
}

static void remember_mounts(void)
{
    const struct mount *list;
    count = mounts_of(asked_for, &list);
    if (count > sizeof(mounts) / sizeof(mounts[0]))
        errx(3, "%zu mounts are too many", count);
    memcpy(mounts, list, count * sizeof(mounts[0]));
}

static bool is_slave(const struct mount *mount)
{
    return strstr(propagation(mount), "slave") != NULL;
}

/* A name that no small buffer holds has a fact of its own. */
static bool is_long(const struct mount *mount)
{
    return strlen(mount->point) > 100;
}

static bool prints_the_longest(const char *unused)
{
    (void)unused;
    expected("the line %s", visible(copies[0]));
    observed_line(NULL);
    return has_line(printed(), copies[0]);
}

static bool is_numbered(const struct mount *mount)
{
    for (int i = 0; i < MANY; i++)
        if (strcmp(mount->point, numbered(i)) == 0)
            return true;
    return false;
}

static bool prints_the_numbered(const char *unused)
{
    (void)unused;
    for (int i = 0; i < MANY; i++) {
        expected("the line %s, one of %d", visible(numbered(i)), MANY);
        observed_line(NULL);
        if (!has_line(printed(), numbered(i)))
            return false;
    }
    return true;
}

/* Look for the lines of all mounts of a propagation. */
static bool prints_all(const char *kind)
{
    expected("a line for each mount that is %s", kind);
    for (size_t i = 0; i < count; i++)
        if (strcmp(propagation(&mounts[i]), kind) == 0 &&
            !is_long(&mounts[i]) && !is_numbered(&mounts[i]) &&
            !has_line(printed(), mounts[i].point)) {
            expected("the line %s, which is %s",
                     visible(mounts[i].point), kind);
            observed_line(NULL);
            return false;
        }
    return true;
}

/* Is there a slave on a mount point, and if not, what else is there? */
static bool slave_is_on(const char *point, const char **otherwise)
{
    *otherwise = "no mount point";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(mounts[i].point, point) != 0)
            continue;
        if (is_slave(&mounts[i]))
            return true;
        *otherwise = propagation(&mounts[i]);
    }
    return false;
}

static bool nothing_else(const char *unused)
{
    (void)unused;
    expected("no line for what is no slave");
    const char *rest = printed();
    for (const char *point; (point = take_line(&rest)) != NULL;) {
        const char *otherwise;
        if (strcmp(point, decoy) != 0 &&
            !slave_is_on(point, &otherwise)) {
            observed("the line %s, which is %s", visible(point),
                     otherwise);
            return false;
        }
    }
    return true;
}

static bool decoy_is_not_printed(const char *unused)
{
    (void)unused;
    expected("no line for %s, which is private", decoy);
    observed("it is taken for a slave");
    return !has_line(printed(), decoy);
}

static bool no_line_twice(const char *unused)
{
    (void)unused;
    size_t wanted = 0, lines = count_lines(printed());
    for (size_t i = 0; i < count; i++)
        wanted += is_slave(&mounts[i]);
    expected("%zu lines", wanted);
    observed_lines(lines);
    return lines == wanted && printed_lines_only();
}

#define RUN "/book/work/mnt-slaves "
#define IN_SLAVES(commands)                                            \
    "unshare -m --propagation slave sh -c '" commands "'"
#define READ "mnt-peers"

static const struct fact first[] = {
    {"status", "your program ends with status 0", status_is, "0",
     IN_SLAVES(RUN "$$; echo $?"), READ},
    {"slaves", "it prints each mount point that is a slave", prints_all,
     "slave",
     BESIDE("-m --propagation slave",
            RUN "$p; findmnt -N $p -lo TARGET,PROPAGATION"),
     READ},
    {"both", "and each slave that is shared as well", prints_all,
     "shared and slave", IN_SLAVES("mount --make-rshared /; " RUN "$$"),
     READ},
    {"long", "however long its name is", prints_the_longest, NULL,
     "d=/tmp/$(printf %0200d 0); mkdir $d; mount -t tmpfs none "
     "$d; " IN_SLAVES(RUN "$$ | wc -L") "; umount $d; rmdir $d",
     READ},
    {"many", "and however many there are", prints_the_numbered, NULL,
     IN_SLAVES(RUN "$$ | wc -l"), READ},
    {"else", "and no mount that is shared, private or unbindable",
     nothing_else, NULL,
     "unshare -m sh -c 'mount --make-shared /tmp; "
     "mount --make-unbindable /run; " RUN "$$; "
     "findmnt -lo TARGET,PROPAGATION'",
     READ},
    {"names", "whatever it is called", decoy_is_not_printed, NULL,
     "mkdir /tmp/master:1; mount -t tmpfs master:2 /tmp/master:1; " RUN
     "1; umount /tmp/master:1; rmdir /tmp/master:1",
     READ},
    {"once", "each on one line", no_line_twice, NULL,
     IN_SLAVES(RUN "$$ | sort | uniq -d; " RUN
                   "$$ | tail -c 1 | od -c"),
     READ},
    LEFT_FACT(RUN "1", READ),
    {0}};

static const struct fact second[] = {
    {"none", "where there is no slave it ends with status 0, too",
     status_is, "0", RUN "1; echo $?", READ},
    {"nothing", "and prints nothing", nothing_printed, NULL, RUN "1",
     READ},
    {0}};

static const struct fact third[] = {
    NO_PROCESS_FACTS(RUN "999999", READ), {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    choose_names();
    asked_for = make_process(CLONE_NEWNS);
    remember_mounts();
    if (strcmp(inside(asked_for, CLONE_NEWNS, furnish, NULL), "done") !=
        0)
        errx(3, "the mounts to look at cannot be made");
    remember_mounts();
    start(number_inside(asked_for), NULL);
    judge(first);

    start("1", NULL);
    judge(second);

    start(number_of_nobody(), NULL);
    judge(third);
    return verdict();
}
