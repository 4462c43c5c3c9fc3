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
static struct mount mounts[64];
static size_t count;

/* What is mounted for it: copies of a shared mount, which are made what
 * stands here, and a mount whose names look like a field. */
static const unsigned long KINDS[][2] = {
    {MS_SLAVE, 0},   {MS_SLAVE, MS_SHARED}, {MS_SHARED, 0},
    {MS_PRIVATE, 0}, {MS_UNBINDABLE, 0},    {MS_SLAVE, 0},
};
enum { COPIES = sizeof(KINDS) / sizeof(KINDS[0]) };
static char folder[64], original[96], decoy[96], copies[COPIES][96];

static void choose_names(void)
{
    snprintf(folder, sizeof(folder), "/tmp/%s", random_name(""));
    snprintf(original, sizeof(original), "%s/original", folder);
    snprintf(decoy, sizeof(decoy), "%s/master:1", folder);
    for (size_t i = 0; i < COPIES; i++)
        snprintf(copies[i], sizeof(copies[i]), "%s/%s", folder,
                 random_name(""));
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

static void copy_original(const char *copy, const unsigned long kind[2])
{
    must_make(copy);
    must_mount(original, copy, NULL, MS_BIND);
    must_mount(NULL, copy, NULL, kind[0]);
    if (kind[1] != 0)
        must_mount(NULL, copy, NULL, kind[1]);
}

/* Runs in the mount namespace that is looked at. */
static void furnish(const char *unused)
{
    (void)unused;
    must_mount(NULL, "/", NULL, MS_REC | MS_PRIVATE);
    must_make(folder);
    must_make(decoy);
    must_mount("master:2", decoy, "tmpfs", 0);
    must_make(original);
    must_mount("original", original, "tmpfs", 0);
    must_mount(NULL, original, NULL, MS_SHARED);
    for (size_t i = 0; i < COPIES; i++)
        copy_original(copies[i], KINDS[i]);
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

/* Look for the lines of all mounts of a propagation. */
static bool prints_all(const char *kind)
{
    expected("a line for each mount that is %s", kind);
    for (size_t i = 0; i < count; i++)
        if (strcmp(propagation(&mounts[i]), kind) == 0 &&
            !has_line(printed(), mounts[i].point)) {
            expected("the line %s, which is %s", mounts[i].point, kind);
            observed("no such line");
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
            observed("the line \"%s\", which is %s", point, otherwise);
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
    observed("%zu lines", lines);
    return lines == wanted;
}

#define RUN "/book/work/mnt-slaves "
#define IN_SLAVES(commands)                                            \
    "unshare -m --propagation slave sh -c '" commands "'"
#define READ "mnt-peers"

static const struct fact first[] = {
    {"status", "your program ends with status 0", status_is, "0",
     IN_SLAVES(RUN "$$; echo $?"), READ},
    {"slaves", "it prints each mount point that is a slave", prints_all,
     "slave", IN_SLAVES(RUN "$$; grep master: /proc/$$/mountinfo"),
     READ},
    {"both", "and each slave that is shared as well", prints_all,
     "shared and slave", IN_SLAVES("mount --make-rshared /; " RUN "$$"),
     READ},
    {"else", "and no mount that is shared, private or unbindable",
     nothing_else, NULL, RUN "1; findmnt -o TARGET,PROPAGATION", READ},
    {"names", "whatever it is called", decoy_is_not_printed, NULL,
     "mkdir /tmp/master:1; mount -t tmpfs master:2 /tmp/master:1; " RUN
     "1",
     READ},
    {"once", "each on one line", no_line_twice, NULL,
     IN_SLAVES(RUN "$$ | sort | uniq -d"), READ},
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
    if (strcmp(inside(asked_for, CLONE_NEWNS, furnish, NULL), "done") !=
        0)
        errx(3, "the mounts to look at cannot be made");
    remember_mounts();
    start(number_inside(asked_for), NULL);
    judge(first);

    start("1", NULL);
    judge(second);

    start("999999", NULL);
    judge(third);
    return verdict();
}
