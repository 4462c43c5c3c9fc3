/*
 * grader.c - is it known beforehand what setns will say?
 *
 * The process that is asked about has tried it before.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../library/facts.h"

static const struct {
    int flag;
    const char *name;
} TYPES[] = {
    {CLONE_NEWCGROUP, "cgroup"}, {CLONE_NEWIPC, "ipc"},
    {CLONE_NEWNS, "mnt"},        {CLONE_NEWNET, "net"},
    {CLONE_NEWUSER, "user"},     {CLONE_NEWUTS, "uts"},
};
enum { TYPE_COUNT = sizeof(TYPES) / sizeof(TYPES[0]), UID = 1234 };

/* Two processes. The other one makes a user namespace in another, and
 * namespaces of all types at each step. */
static struct scene {
    bool inside;  /* the first is in the outer user namespace */
    int lacks;    /* a capability that does not count, -1 for none */
    uid_t user;   /* whose process the first one is */
    uid_t maker;  /* who makes the user namespaces */
    int flags[3]; /* made before, between and after these */
} scene;

static const char *numbers[2];  /* of both, in the sandbox */
static bool enters[TYPE_COUNT]; /* what the first one could enter */

static int *shared; /* descriptors of the other's, and whether it is
                     * ready */

static void put(const char *path, const char *line)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1 || write(fd, line, strlen(line)) == -1)
        err(3, "%s", path);
    close(fd);
}

/* Who has no number in a user namespace makes none in it. */
static void make_user_namespace(unsigned uid)
{
    if (unshare(CLONE_NEWUSER) == -1)
        err(3, "unshare");
    put("/proc/self/uid_map", text("%u %u 1\n", uid, uid));
    put("/proc/self/setgroups", "deny");
    put("/proc/self/gid_map", "0 0 1\n");
}

static void lose_capability(int capability)
{
    struct __user_cap_header_struct header = {
        .version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, sets) == -1)
        err(3, "capget");
    sets[CAP_TO_INDEX(capability)].effective &=
        ~CAP_TO_MASK(capability);
    if (syscall(SYS_capset, &header, sets) == -1)
        err(3, "capset");
}

static _Noreturn void stay(void)
{
    for (;;)
        pause();
}

/* The first one shares its open files with the other. */
static _Noreturn void try_to_enter(int ready)
{
    char byte, said[TYPE_COUNT + 1] = "";
    if (setresuid(scene.user, scene.user, scene.user) == -1)
        err(3, "setresuid");
    if (scene.lacks != -1)
        lose_capability(scene.lacks);
    if (read(ready, &byte, 1) != 1)
        errx(3, "the other one cannot be made");
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        pid_t child = fork();
        int status;
        if (child == 0)
            _exit(setns(shared[i], 0) == -1 ? errno : 0);
        if (child == -1 || waitpid(child, &status, 0) == -1)
            err(3, "fork");
        said[i] = WEXITSTATUS(status) == 0 ? 'y' : 'n';
    }
    dprintf(STDOUT_FILENO, "%s %d", said, getpid());
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    stay();
}

static void fork_first(int ready)
{
    long child = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    if (child == -1)
        err(3, "clone");
    if (child == 0)
        try_to_enter(ready);
}

static _Noreturn void be_the_other(void)
{
    int ends[2];
    if (close_range(STDERR_FILENO + 1, ~0U, 0) == -1 ||
        pipe2(ends, O_CLOEXEC) == -1)
        err(3, "pipe");
    dprintf(STDOUT_FILENO, "%d ", getpid());
    if (unshare(scene.flags[0]) == -1)
        err(3, "unshare");
    if (!scene.inside)
        fork_first(ends[0]);
    if (setresuid(scene.maker, scene.maker, scene.maker) == -1 ||
        prctl(PR_SET_DUMPABLE, 1) == -1) /* it writes its own maps */
        err(3, "setresuid");
    make_user_namespace(scene.maker);
    if (unshare(scene.flags[1]) == -1)
        err(3, "unshare");
    if (scene.inside)
        fork_first(ends[0]);
    make_user_namespace(scene.maker);
    if (unshare(scene.flags[2]) == -1)
        err(3, "unshare");
    for (size_t i = 0; i < TYPE_COUNT; i++)
        shared[i] = open(text("/proc/self/ns/%s", TYPES[i].name),
                         O_RDONLY | O_CLOEXEC);
    if (write(ends[1], "!", 1) != 1)
        err(3, "write");
    stay();
}

/* Runs in the sandbox. */
static void raise_curtain(const char *unused)
{
    (void)unused;
    pid_t other = fork();
    if (other == -1)
        err(3, "fork");
    if (other == 0)
        be_the_other();
}

/* Each type but user comes about at one of the three steps, mnt not at
 * the first; one at least at each. */
static void choose_steps(int flags[3])
{
    do {
        flags[0] = flags[1] = flags[2] = 0;
        for (size_t i = 0; i < TYPE_COUNT; i++)
            if (TYPES[i].flag != CLONE_NEWUSER)
                flags[random_below(3)] |= TYPES[i].flag;
    } while (flags[0] == 0 || flags[1] == 0 || flags[2] == 0 ||
             flags[0] & CLONE_NEWNS);
}

static void play(bool inside_it, int lacks, uid_t user, uid_t maker)
{
    scene = (struct scene){inside_it, lacks, user, maker, {0}};
    choose_steps(scene.flags);
    shared =
        mmap(NULL, sizeof(int) * TYPE_COUNT, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        err(3, "mmap");
    const char *said =
        inside(outside(),
               CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET |
                   CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP,
               raise_curtain, NULL);
    int other, one;
    char can[TYPE_COUNT + 1];
    if (sscanf(said, "%d %6s %d", &other, can, &one) != 3)
        errx(3, "the processes cannot be made");
    for (size_t i = 0; i < TYPE_COUNT; i++)
        enters[i] = can[i] == 'y';
    numbers[0] = strdup(text("%d", one));
    numbers[1] = strdup(text("%d", other));
    start(numbers[0], numbers[1], NULL);
}

static bool is_said(const char *type)
{
    const char *rest = printed();
    for (const char *line; (line = take_line(&rest)) != NULL;)
        if (strcmp(one_line(line), type) == 0)
            return true;
    return false;
}

static bool is_foreseen(const char *unused)
{
    (void)unused;
    size_t lines = 0;
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        const char *type = TYPES[i].name;
        lines += enters[i];
        expected("%s%s: setns says %s", enters[i] ? "" : "no ", type,
                 enters[i] ? "yes" : "no");
        observed("%s%s", is_said(type) ? "" : "no ", type);
        if (is_said(type) != enters[i])
            return false;
    }
    expected("%zu lines", lines);
    observed_lines(count_lines(printed()));
    return count_lines(printed()) == lines && printed_lines_only();
}

#define PROGRAM "/book/work/caps-predict "
#define READ "caps-question"
/* $p is a process in two more user namespaces, of that user; or two
 * processes are made of which the first is in the outer one of these.
 */
#define BELOW(USER, COMMANDS)                                          \
    "read < <(exec " USER " unshare -cUn unshare -cUimu "              \
    "sh -c 'echo; exec sleep 99'); p=$!; " COMMANDS "; kill $p"
#define WITHIN(HOW)                                                    \
    "(unshare -rn sh -c '" HOW " sleep 98 & exec unshare -cUimu "      \
    "sleep 97' & sleep 1; " PROGRAM "$(pgrep -fx 'sleep 98') "         \
    "$(pgrep -fx 'sleep 97'); pkill -x sleep)"
#define AS "setpriv --reuid=1000 --regid=1000 --clear-groups"
#define ABOVE(MAKER)                                                   \
    "(" AS " sleep 98 & " MAKER " unshare -cUn unshare -cUimu "        \
    "sleep 97 & sleep 1; " PROGRAM "$(pgrep -fx 'sleep 98') "          \
    "$(pgrep -fx 'sleep 97'); pkill -x sleep)"
#define NONE PROGRAM "999999 1"

static const struct fact admin[] = {
    {"status", "your program ends with status 0", status_is, "0",
     BELOW("", PROGRAM "$$ $p; echo $?"), READ},
    {"outside", "it knows what root outside may enter", is_foreseen,
     NULL, BELOW("", PROGRAM "$$ $p"), READ},
    LEFT_FACT(PROGRAM "1 1", READ),
    {0}};
static const struct fact within[] = {
    {"within", "and what root of a user namespace may", is_foreseen,
     NULL, WITHIN(""), READ},
    {0}};
static const struct fact owner[] = {
    {"owner",
     "and whoever made the user namespace, without a capability",
     is_foreseen, NULL, ABOVE(AS), READ},
    {0}};
static const struct fact stranger[] = {
    {"stranger", "and some other user", is_foreseen, NULL,
     ABOVE("setpriv --reuid=1001 --regid=1001 --clear-groups"), READ},
    {0}};
static const struct fact bare[] = {
    {"bare", "and who has the capability, but not in force",
     is_foreseen, NULL, WITHIN("setpriv --bounding-set=-sys_admin"),
     READ},
    {0}};
static const struct fact rootless[] = {
    {"rootless", "and who lacks another that setns asks for",
     is_foreseen, NULL, WITHIN("setpriv --bounding-set=-sys_chroot"),
     READ},
    {0}};
static const struct fact missing[] = {NO_PROCESS_FACTS(NONE, READ),
                                      {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    play(false, -1, 0, 0);
    judge(admin);
    play(true, -1, 0, 0);
    judge(within);
    play(false, -1, UID, UID);
    judge(owner);
    play(false, -1, UID, UID + 1);
    judge(stranger);
    play(true, CAP_SYS_ADMIN, 0, 0);
    judge(bare);
    play(true, CAP_SYS_CHROOT, 0, 0);
    judge(rootless);
    start(number_of_nobody(), "1", NULL);
    judge(missing);
    return verdict();
}
