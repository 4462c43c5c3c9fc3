/*
 * grader.c - is root inside the last one?
 *
 * We enter the command's user namespace, be root there, and try.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../library/facts.h"

static uid_t uid; /* of the caller */
static gid_t gid;

#define MADE "it is made"

static bool has_map(const char *file)
{
    unsigned id = strcmp(file, "uid_map") == 0 ? uid : gid;
    return map_is(command(), file, text("0 %u 1", id));
}

/* All types, as files of /proc/sys/user have them in their names. */
static const struct {
    int flag;
    const char *name;
} TYPES[] = {
    {CLONE_NEWUSER, "user"}, {CLONE_NEWUTS, "uts"},
    {CLONE_NEWIPC, "ipc"},   {CLONE_NEWNET, "net"},
    {CLONE_NEWNS, "mnt"},    {CLONE_NEWCGROUP, "cgroup"},
    {CLONE_NEWPID, "pid"},   {CLONE_NEWTIME, "time"},
};
enum { USER, FURTHER, TYPE_COUNT = sizeof(TYPES) / sizeof(TYPES[0]) };

static const char *machines[TYPE_COUNT]; /* limits outside, at first */

/* The file of a limit: of the user namespace of whoever opens it. */
static const char *file_of(size_t type)
{
    return text("/proc/sys/user/max_%s_namespaces", TYPES[type].name);
}

static const char *limit_of(size_t type)
{
    return one_line(contents("%s", file_of(type)));
}

static void set_limit(size_t type, const char *limit)
{
    int fd = open(file_of(type), O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        return;
    ssize_t written = write(fd, limit, strlen(limit));
    (void)written; /* where it is refused, an attempt shows it */
    close(fd);
}

static void restore_limits_of_machine(void)
{
    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (strcmp(limit_of(i), machines[i]) != 0)
            set_limit(i, machines[i]);
}

/* Whoever has stopped us, and whatever the program has done: in the end
 * the limits outside are what they were. */
static void keep_limits_of_machine(void)
{
    int gate[2];
    for (size_t i = 0; i < TYPE_COUNT; i++)
        machines[i] = strdup(limit_of(i));
    if (pipe2(gate, O_CLOEXEC) == -1)
        err(3, "pipe");
    pid_t guard = fork();
    if (guard == -1)
        err(3, "fork");
    if (guard > 0) {
        close(gate[0]);
        return;
    }
    char byte;
    setsid();
    close(gate[1]);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        close(fd);
    while (read(gate[0], &byte, 1) == -1 && errno == EINTR)
        ;
    restore_limits_of_machine();
    _exit(0);
}

/* Runs where a process is that has entered the user namespace. */
static void print_attempt(const char *limit)
{
    const char *before = limit_of(USER);
    if (setresgid(0, 0, 0) == -1 || setresuid(0, 0, 0) == -1) {
        fputs("nobody is root there", stdout);
        return;
    }
    if (limit != NULL)
        set_limit(USER, limit);
    pid_t child = fork();
    if (child == 0)
        _exit(unshare(CLONE_NEWUSER) == -1 ? errno : 0);
    int status;
    if (child == -1 || waitpid(child, &status, 0) == -1)
        err(3, "fork");
    fputs(WEXITSTATUS(status) == 0
              ? MADE
              : strerrorname_np(WEXITSTATUS(status)),
          stdout);
    if (limit != NULL)
        set_limit(USER, before);
}

/* What was made counts for a while after its end, and another attempt
 * may find a limit reached that allowed it. */
static bool none_can_be_made(const char *limit)
{
    static pid_t made_in[2];
    pid_t *made = &made_in[limit == NULL];
    expected("ENOSPC");
    observed(MADE);
    if (command() != 0 && *made == command())
        return false;
    const char *said =
        inside(command(), CLONE_NEWUSER, print_attempt, limit);
    if (strcmp(said, MADE) == 0)
        *made = command();
    observed("%s", said);
    return strcmp(said, "ENOSPC") == 0;
}

/* Runs there, too. Of those that a process may leave several times
 * there are three at once. */
static void print_type_refused(const char *unused)
{
    (void)unused;
    for (size_t i = FURTHER; i < TYPE_COUNT; i++)
        for (int more = TYPES[i].flag == CLONE_NEWPID ? 1 : 3; more > 0;
             more--) {
            if (unshare(TYPES[i].flag) == -1) {
                printf("%s for %s", strerrorname_np(errno),
                       TYPES[i].name);
                return;
            }
            open(text("/proc/self/ns/%s", TYPES[i].name),
                 O_RDONLY | O_CLOEXEC);
        }
    fputs("none", stdout);
}

static bool others_can_be_made(const char *unused)
{
    const char *refused =
        inside(command(), CLONE_NEWUSER, print_type_refused, unused);
    expected("none is refused");
    observed("%s", refused);
    return strcmp(refused, "none") == 0;
}

/* Runs outside, as an ordinary user. */
static void print_attempt_of_user(const char *unused)
{
    (void)unused;
    if (setresuid(uid, uid, uid) == -1)
        return;
    if (unshare(CLONE_NEWUSER) == 0)
        fputs(MADE, stdout);
    else
        fputs(strerrorname_np(errno), stdout);
}

static bool outside_has_its_limits(const char *unused)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        expected("%s outside: %s", file_of(i), machines[i]);
        observed("%s", limit_of(i));
        if (strcmp(limit_of(i), machines[i]) != 0)
            return false;
    }
    const char *said =
        inside(outside(), 0, print_attempt_of_user, unused);
    expected("a user namespace, made by an ordinary user outside");
    observed("%s", said);
    return strcmp(said, MADE) == 0;
}

static bool is_refused(const char *unused)
{
    return command_does_not_run(unused) && status_is_a_failure(unused);
}

#define AS "setpriv --reuid=1000 --regid=2000 --clear-groups "
#define CALL "/book/work/caps-nest "
#define LOOK AS CALL
#define MANY "unshare --uts --ipc --net --mount --cgroup --pid --fork "
#define ENTERED(COMMANDS)                                              \
    "read < <(exec " LOOK "sh -c 'echo; exec sleep 99'); p=$!; "       \
    "nsenter --user --target $p " COMMANDS "; kill $p"
#define RAISING(CALL)                                                  \
    CALL "sh -c 'echo 9 >/proc/sys/user/max_user_namespaces; "         \
         "unshare --user true'; echo $?"
#define ONE                                                            \
    "(l=user.max_user_namespaces n=$(sysctl -n $l); "                  \
    "sysctl -qw $l=1; setpriv --reuid=1001 --regid=2000 "              \
    "--clear-groups " RUNS(CALL) "; sysctl -qw $l=$n)"
#define READ "caps-why-not"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, READ),
    {"user", "the command is in a new user namespace", in_new, "user",
     NAMESPACE(LOOK, "user"), "user-who"},
    {"users",
     "the caller's user is root inside, and nobody else is mapped",
     has_map, "uid_map", LOOK "cat /proc/self/uid_map", "user-maps"},
    {"groups", "and so is his group", has_map, "gid_map",
     LOOK "cat /proc/self/gid_map", "user-groups"},
    {"capabilities", "the command holds all capabilities inside",
     has_all_capabilities, NULL, LOOK "grep CapEff /proc/self/status",
     "caps-exec"},
    {"refused", "inside, no user namespace can be made",
     none_can_be_made, NULL, ENTERED("unshare --user true; echo $?"),
     READ},
    {"raised", "nor once root inside has raised the limit there",
     none_can_be_made, "2147483647", RAISING(LOOK), "caps-question"},
    {"others", "but all other types can be made", others_can_be_made,
     NULL, LOOK MANY MANY "true; echo $?", READ},
    IDS_FACT(LOOK),
    CLOSED_FACT(LOOK),
    CHILDREN_FACT(LOOK),
    ONLY_FACT(LOOK, "user"),
    {0}};

static const struct fact after[] = {
    AFTER_FACTS(LOOK, "introduction-unshare"), {0}};

static const struct fact root[] = {
    {"root", "the program runs the command for root, too", command_runs,
     NULL, CALL "id -u", READ},
    {"outer", "and nothing is limited outside", outside_has_its_limits,
     NULL,
     "(l='sysctl -ar ^user.max_.*_n' s=$($l); " CALL
     "true; diff <(echo \"$s\") <($l); echo \"$s\" | sysctl -qp -)",
     READ},
    {"inner", "but as much inside", none_can_be_made, "2147483647",
     RAISING(CALL), READ},
    {0}};

static const struct fact second[] = {
    {"second",
     "where only one user namespace more can be made, nothing runs, "
     "and the status is not 0",
     is_refused, NULL, ONE, "introduction-scripts"},
    {0}};

/* Half of all numbers of users are no int. */
#define HIGH                                                           \
    "setpriv --reuid=3000001000 --regid=3000002000 --clear-groups "
static const struct fact high[] = {
    {"high", "a caller with a number above 2147483647 can have it, too",
     command_runs, NULL, RUNS(HIGH CALL), "user-maps"},
    {0}};

static const struct fact found[] = {PATH_FACT(LOOK), {0}};
static const struct fact killed[] = {KILLED_FACT(LOOK), {0}};
static const struct fact absent[] = {ABSENT_FACT(LOOK), {0}};
static const struct fact denied[] = {
    DENIED_FACTS(WITHOUT("user", RUNS(LOOK)),
                 WITHOUT("user", UNCHANGED(LOOK))),
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    keep_limits_of_machine();
    uid = 2000 + random_below(20000);
    gid = 30000 + random_below(20000);
    start_as(uid, gid);
    start(COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);

    start(PATH_COMMAND, NULL);
    judge(found);
    kill_command();
    judge(killed);
    start("/no/such/command", NULL);
    judge(absent);

    start_as(0, 0);
    start(COMMAND, NULL);
    judge(root);
    restore_limits_of_machine();

    /* A user namespace counts for a while after its end: this is a user
     * who has had none. */
    start_as(uid + 1, gid);
    set_limit(USER, "1");
    start(COMMAND, NULL);
    judge(second);
    restore_limits_of_machine();

    start_as(3000000000U + uid, 3000000000U + gid);
    start(COMMAND, NULL);
    judge(high);

    start_as(uid, gid);
    start_without(CLONE_NEWUSER);
    start(COMMAND, NULL);
    judge(denied);
    return verdict();
}
