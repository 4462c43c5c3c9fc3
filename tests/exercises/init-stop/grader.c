/*
 * grader.c - does process 1 stop as it should when it is told to?
 *
 * The program is process 1 of a pid namespace. Its command, the probe,
 * shows that SIGTERM has come, and does not end until we let it. Two
 * more processes of the namespace are the program's to wait for, and
 * are ended in between.
 */
#define _GNU_SOURCE
#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "../library/facts.h"

enum { MILLISECONDS = 10000 }; /* that nobody takes to die */

static pid_t orphan; /* the one that was ended last */

/* Make a process whose parent has ended: it is the program's child. */
static pid_t make_orphan(void)
{
    if (command() == 0 || program() == 0)
        return 0;
    return make_member(&(struct member){.whose = program()});
}

/* A program may end by itself: 0 is all of us to kill(2). */
static void send_signal(pid_t pid, int number)
{
    if (pid != 0)
        kill(pid, number);
}

/* End one, and wait until it has ended: it waits for nobody. */
static void end_orphan(pid_t pid)
{
    orphan = pid;
    struct pollfd ending = {pid == 0 ? -1 : pidfd_open(pid, 0), POLLIN,
                            0};
    if (ending.fd == -1)
        return; /* with process 1, all of its namespace have ended */
    send_signal(pid, SIGKILL);
    if (poll(&ending, 1, MILLISECONDS) != 1)
        errx(3, "a process does not die");
    close(ending.fd);
}

static bool is_a_child(const char *unused)
{
    (void)unused;
    pid_t parent =
        (pid_t)strtol(status_of(command(), "PPid"), NULL, 10);
    expected("a child of your program, process 1");
    observed("process %s", number_inside(command()));
    return program() != 0 && parent == program();
}

static bool is_beside(const char *unused)
{
    (void)unused;
    static const char *const TYPES[] = {"pid", "user",   "mnt", "uts",
                                        "ipc", "cgroup", "net"};
    expected("the namespaces of process 1");
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++) {
        observed("another %s namespace", TYPES[i]);
        if (!same(namespace_of(command(), TYPES[i]),
                  namespace_of(program(), TYPES[i])))
            return false;
    }
    return true;
}

static bool both_are_there(const char *unused)
{
    (void)unused;
    if (program_waits(NULL)) {
        expected("the command runs until it ends by itself");
        observed("it is gone");
    }
    return command() != 0 && program_waits(NULL);
}

static bool was_told(const char *unused)
{
    (void)unused;
    unsigned long long caught =
        strtoull(status_of(command(), "SigCgt"), NULL, 16);
    expected("SIGTERM has come to the command");
    observed("it has not");
    return (caught >> (SIGUSR2 - 1) & 1) != 0;
}

static bool was_told_again(const char *unused)
{
    (void)unused;
    unsigned long long ignored =
        strtoull(status_of(command(), "SigIgn"), NULL, 16);
    expected("SIGTERM has come to the command a second time");
    observed("it has not");
    return (ignored >> (SIGUSR1 - 1) & 1) != 0;
}

static bool was_not_told(const char *unused)
{
    bool told = was_told(unused);
    expected("no signal has come to the command yet");
    observed("SIGTERM has come");
    return !told;
}

static bool no_zombie(const char *unused)
{
    (void)unused;
    const char *state = status_of(orphan, "State");
    expected("the child that ended is gone");
    observed("%s", state);
    return state[0] == '\0';
}

/* The probe has a handler for SIGTERM: this command has none. */
#define IDLE "sleep", "99"

static bool ignores_sigterm(const char *unused)
{
    (void)unused;
    const pid_t *list;
    size_t count = processes(&list);
    expected("SIGTERM, ignored when your program begins, is ignored by "
             "the command");
    observed("the command does not run");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(status_of(list[i], "Name"), "sleep") != 0)
            continue;
        const char *ignored = status_of(list[i], "SigIgn");
        observed("it ignores %s", ignored);
        return (strtoull(ignored, NULL, 16) >> (SIGTERM - 1) & 1) != 0;
    }
    return false;
}

#define INSIDE "unshare -pf --mount-proc "
#define RUN "/book/work/init-stop "
#define LOOK INSIDE RUN
/* A command that is told to end, or ends after two seconds. */
#define TOLD(TRAP, COMMANDS)                                           \
    LOOK "bash -c 'trap \"" TRAP "\" TERM; " COMMANDS                  \
         "sleep 2 & kill -TERM 1; wait; exit 3'; echo $?"
#define ORPHAN(COMMANDS)                                               \
    LOOK "sh -c \"sh -c 'sleep 0.2 &'; sleep 0.8; " COMMANDS "\""
#define CALLS "clone,clone3,fork,vfork"
#define SIGNALS "init-signals"
#define REAP "init-reap"
#define STOP "init-stop"
#define CLONE "introduction-clone"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, CLONE),
    {"child", "it is a child of process 1", is_a_child, NULL,
     LOOK "sh -c 'echo $$'", CLONE},
    {"beside", "and in the namespaces of that", is_beside, NULL,
     LOOK "sh -c 'cd /proc/1/ns; for n in *; do "
          "[ $n -ef /proc/self/ns/$n ] || echo $n; done'",
     "introduction-view"},
    IDS_FACT(LOOK),
    CLOSED_FACT(LOOK),
    CHILDREN_FACT(LOOK),
    {0}};

static const struct fact inherited[] = {
    {"others", "the end of a child that it inherits is not its own",
     both_are_there, NULL, ORPHAN("echo still here"), REAP},
    {"reaps", "and such a child is waited for", no_zombie, NULL,
     ORPHAN("ps -eo s,comm"), REAP},
    {"early", "nobody tells the command to end for that", was_not_told,
     NULL,
     LOOK "bash -c 'trap \"echo told\" TERM; sh -c \"sleep 0.2 &\"; "
          "sleep 1'",
     SIGNALS},
    {0}};

static const struct fact stopped[] = {
    {"time", "at SIGTERM, the command has time to end by itself",
     both_are_there, NULL, TOLD("sleep 0.3; echo done; exit 7", ""),
     STOP},
    {"told", "it gets the signal", was_told, NULL,
     TOLD("echo told; exit 7", ""), SIGNALS},
    {0}};

static const struct fact again[] = {
    {"again", "and a second time, when that comes twice",
     was_told_again, NULL,
     LOOK "bash -c 'trap \"echo told\" TERM; for i in 1 2; do "
          "kill -TERM 1; sleep 0.4; done'",
     SIGNALS},
    {0}};

static const struct fact halted[] = {
    {"halted", "a command that is stopped has not ended",
     both_are_there, NULL,
     LOOK "sh -c 'sh -c \"sleep 0.5; kill -CONT 2\" & kill -STOP $$; "
          "echo goes on'",
     REAP},
    {0}};

static const struct fact meanwhile[] = {
    {"meanwhile", "then, too, it is the command's end that counts",
     both_are_there, NULL,
     TOLD("sleep 0.8; echo done; exit 7", "sh -c \"sleep 0.3 &\"; "),
     REAP},
    {"zombies", "and every other child is waited for", no_zombie, NULL,
     TOLD("sleep 0.8; ps -eo s,comm; exit 7",
          "sh -c \"sleep 0.3 &\"; "),
     REAP},
    {0}};

static const struct fact after[] = {
    {"answer", "how the command then ends is how your program ends",
     status_is_the_commands, NULL, TOLD("exit 7", ""), STOP},
    AFTER_FACTS(LOOK, CLONE),
    {0}};

static const struct fact found[] = {PATH_FACT(LOOK), {0}};
static const struct fact killed[] = {KILLED_FACT(LOOK), {0}};
static const struct fact absent[] = {ABSENT_FACT(LOOK), {0}};
static const struct fact deaf[] = {
    {"ignored", "what the caller ignores, SIGTERM too, it ignores",
     ignores_sigterm, NULL,
     "env --ignore-signal=TERM " LOOK "grep SigIgn /proc/self/status",
     SIGNALS},
    {0}};
static const struct fact denied[] = {
    DENIED_FACTS(INSIDE REFUSED(CALLS, RUNS(RUN)),
                 UNCHANGED(INSIDE REFUSED(CALLS, RUN))),
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    start_as_first();
    start_with_variable("PROBE=slow");
    start(COMMAND, NULL);
    judge(running);
    pid_t first = make_orphan(), second = make_orphan();
    end_orphan(first);
    judge(inherited);
    send_signal(program(), SIGTERM);
    judge(stopped);
    end_orphan(second);
    judge(meanwhile);
    send_signal(program(), SIGTERM);
    judge(again);
    pid_t stops = command();
    send_signal(stops, SIGSTOP);
    judge(halted);
    send_signal(stops, SIGCONT);
    send_signal(command(), SIGUSR2);
    judge(after);

    start_with_variable(NULL);
    start(PATH_COMMAND, NULL);
    judge(found);
    kill_command();
    judge(killed);
    start("/no/such/command", NULL);
    judge(absent);

    signal(SIGTERM, SIG_IGN); /* as whoever calls it may do */
    start(IDLE, NULL);
    signal(SIGTERM, SIG_DFL);
    judge(deaf);

    start_without_forking();
    start(COMMAND, NULL);
    judge(denied);
    return verdict();
}
