/*
 * grader.c - does a program find what is masked below /proc?
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "../library/facts.h"

/* What can be mounted: NULL for the place itself, bound to itself. */
struct mask {
    const char *point, *source, *type;
    unsigned long flags;
    const char *word; /* that belongs before it; NULL for none */
};

/* In what hides another: a long path, and procs of their own. */
static char deep[256], fresh[64], writable[64];

/* Some of these, others each time, and always those of a kind. */
static const struct mask MASKS[] = {
    {"/proc/kcore", "/dev/null", NULL, 0, "hidden"},
    {"/proc/bus", "proc", "tmpfs", 0, "hidden"},
    {"/proc/fs", "proc", "tmpfs", MS_RDONLY, "hidden"},
    {"/proc/modules", "/dev/null", NULL, 0, "hidden"},
    {"/proc/sys", NULL, NULL, MS_RDONLY, "read-only"},
    {"/proc/sysrq-trigger", NULL, NULL, MS_RDONLY, "read-only"},
    {"/proc/meminfo", NULL, NULL, MS_RDONLY, "read-only"},
    {"/proc/irq", NULL, NULL, 0, NULL},
    {"/proc/tty", NULL, NULL, MS_NOSUID | MS_NOEXEC, NULL},
    {"/proc/sys/kernel", NULL, NULL, MS_RDONLY, "read-only"},
    {"/proc/sys/kernel/random", "proc", "sysfs", 0, "hidden"},
    {"/proc/sys/vm", NULL, NULL, 0, NULL},
    {"/proc/sys/fs", "/proc/sys/kernel", NULL, MS_RDONLY, "read-only"},
    {"/proc/driver", "proc", "ramfs", 0, "hidden"},
    {deep, "proc", "tmpfs", MS_RDONLY, "hidden"},
    {fresh, "tmpfs", "proc", MS_RDONLY | MS_STRICTATIME, "read-only"},
    {writable, "none", "proc", 0, NULL},
};
enum { COUNT = sizeof(MASKS) / sizeof(MASKS[0]) };
static bool mounted[COUNT];
static char decoy[64]; /* below it lies what only looks like /proc */

static pid_t asked_for;

static void must_mount(const char *source, const char *point,
                       const char *type, unsigned long flags)
{
    if (mount(source, point, type, flags, NULL) == -1)
        err(3, "mount: %s", point);
}

/* Options of a bind mount are given to it when it is there. */
static void put(const struct mask *mask, const char *point)
{
    if (mkdir(point, 0755) == -1 && errno != EEXIST)
        err(3, "mkdir: %s", point);
    if (mask->type != NULL) {
        must_mount(mask->source, point, mask->type, mask->flags);
        return;
    }
    must_mount(mask->source == NULL ? mask->point : mask->source, point,
               NULL, MS_BIND);
    must_mount(NULL, point, NULL, MS_REMOUNT | MS_BIND | mask->flags);
}

/* What is no mask; of mounts there are more than a page of text. */
static void make_decoys(void)
{
    enum { MANY = 100 };
    const char *path = decoy;
    for (int i = 0; i < 3; i++) {
        static const char *const MORE[] = {"", "/proc", "/proc/sys"};
        path = text("%s%s", decoy, MORE[i]);
        if (mkdir(path, 0755) == -1)
            err(3, "mkdir: %s", path);
    }
    for (int i = 0; i < MANY; i++)
        must_mount("decoy", path, "tmpfs", 0);
    must_mount("/proc/sys", "/mnt", NULL, MS_BIND);
    must_mount(NULL, "/mnt", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY);
    must_mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY);
}

/* Runs in the mount namespace that is looked at. */
static void furnish(const char *unused)
{
    (void)unused;
    must_mount(NULL, "/", NULL, MS_REC | MS_SLAVE);
    make_decoys();
    for (int i = 0; i < COUNT; i++)
        if (mounted[i])
            put(&MASKS[i], MASKS[i].point);
    /* Lines have none, one or two optional fields: what is bound is a
     * slave. Before that, what lies below a mount would be copied. */
    for (int i = 0; i < COUNT; i++)
        if (mounted[i] && i % 3 != 0)
            must_mount(NULL, MASKS[i].point, NULL, MS_SHARED);
    fputs("done", stdout);
}

static void choose_masks(void)
{
    for (int i = 0; i < COUNT; i++)
        mounted[i] = true;
    mounted[random_below(4)] = false;
    mounted[4 + random_below(3)] = false;
    snprintf(decoy, sizeof(decoy), "/tmp/%s", random_name(""));
    snprintf(deep, sizeof(deep), "/proc/driver/%s%0180d",
             random_name(""), 0);
    snprintf(fresh, sizeof(fresh), "/proc/driver/%s",
             random_name("a-"));
    snprintf(writable, sizeof(writable), "/proc/driver/%s",
             random_name("c-"));
}

static const char *line_of(const struct mask *mask)
{
    return text("%s %s", mask->word, mask->point);
}

static bool prints_all(const char *word)
{
    for (int i = 0; i < COUNT; i++) {
        const struct mask *mask = &MASKS[i];
        if (!mounted[i] || mask->word == NULL ||
            strcmp(mask->word, word) != 0)
            continue;
        expected("the line %s", visible(line_of(mask)));
        observed_line(NULL);
        if (!has_line(printed(), line_of(mask)))
            return false;
    }
    return true;
}

static const struct mask *mask_of(const char *line)
{
    for (int i = 0; i < COUNT; i++)
        if (mounted[i] && MASKS[i].word != NULL &&
            strcmp(line, line_of(&MASKS[i])) == 0)
            return &MASKS[i];
    return NULL;
}

/* Is the line about something that is mounted below /proc? */
static bool is_about_proc(const char *line)
{
    return strstr(line, " /proc/") != NULL;
}

static bool nothing_wrong_below(const char *unused)
{
    (void)unused;
    const char *rest = printed();
    expected("no line for what is no mask");
    for (const char *line; (line = take_line(&rest)) != NULL;)
        if (is_about_proc(line) && mask_of(line) == NULL) {
            observed("the line %s", visible(line));
            return false;
        }
    return true;
}

static bool nothing_elsewhere(const char *unused)
{
    (void)unused;
    const char *rest = printed();
    expected("no line but those on what is below /proc");
    for (const char *line; (line = take_line(&rest)) != NULL;)
        if (!is_about_proc(line)) {
            observed("the line %s", visible(line));
            return false;
        }
    return true;
}

static bool no_line_twice(const char *unused)
{
    (void)unused;
    size_t wanted = 0, lines = count_lines(printed());
    for (int i = 0; i < COUNT; i++)
        wanted += mounted[i] && MASKS[i].word != NULL;
    expected("%zu lines", wanted);
    observed_lines(lines);
    return lines == wanted && printed_lines_only();
}

#define RUN "/book/work/root-masks "
#define MASKED(commands)                                               \
    BESIDE("-m --propagation slave",                                   \
           "nsenter -m -t $p sh -c '"                                  \
           "for i in $(seq 80); do mount -t tmpfs decoy /mnt; done; "  \
           "mount -t tmpfs proc /proc/bus; "                           \
           "mount -t tmpfs -o ro proc /proc/fs; "                      \
           "mount --bind /dev/null /proc/kcore; "                      \
           "mount --bind /proc/sys /proc/sys; "                        \
           "mount --bind /proc/irq /proc/irq; "                        \
           "mount --bind /proc/sys /mnt; "                             \
           "mount --bind /proc/sys/kernel /proc/sys/fs; "              \
           "mount -t ramfs proc /proc/driver; "                        \
           "d=/proc/driver/$(printf %0180d 0); "                       \
           "mkdir $d; mount -t tmpfs proc $d; "                        \
           "d=/proc/driver/a-b; mkdir $d; "                            \
           "mount -t proc -o ro,strictatime tmpfs $d; "                \
           "mount --make-shared /proc/sys; "                           \
           "for d in /proc /proc/sys /proc/sys/fs /mnt; do "           \
           "mount -o remount,bind,ro $d; done'; " commands)
#define READ "root-masked"

static const struct fact first[] = {
    {"status", "your program ends with status 0", status_is, "0",
     MASKED(RUN "$p; echo $?"), READ},
    {"hidden", "it prints each mount that hides something", prints_all,
     "hidden", MASKED(RUN "$p"), READ},
    {"read-only", "and each that makes something read-only", prints_all,
     "read-only", MASKED(RUN "$p"), READ},
    {"writable", "no other mount below /proc, and none by another word",
     nothing_wrong_below, NULL, MASKED(RUN "$p"), READ},
    {"elsewhere", "and no mount that is elsewhere", nothing_elsewhere,
     NULL, MASKED(RUN "$p"), READ},
    {"once", "each on one line", no_line_twice, NULL,
     MASKED(RUN "$p | sort | uniq -d; " RUN "$p | tail -c 1 | od -c"),
     READ},
    LEFT_FACT(RUN "1", READ),
    {0}};

static const struct fact second[] = {
    {"none", "where nothing is masked it ends with status 0, too",
     status_is, "0", RUN "1; echo $?", READ},
    {"nothing", "and prints nothing", nothing_printed, NULL, RUN "1",
     READ},
    {0}};

static const struct fact third[] = {
    NO_PROCESS_FACTS(RUN "999999", READ), {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    choose_masks();
    asked_for = make_process(CLONE_NEWNS);
    if (strcmp(inside(asked_for, CLONE_NEWNS, furnish, NULL), "done") !=
        0)
        errx(3, "the mounts to look at cannot be made");
    start(number_inside(asked_for), NULL);
    judge(first);

    start("1", NULL);
    judge(second);

    start(number_of_nobody(), NULL);
    judge(third);
    return verdict();
}
