/*
 * sandbox.c - the place where a doer's program can do no harm
 *
 * Three processes: a keeper, which ends everything in time and cleans
 * up; the grader proper, which watches from outside; and the first
 * process of the sandbox, in whose namespaces programs are started. If
 * one of them dies, so do those after it, and all in the sandbox.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sandbox.h"

/* For all that a grader does; when it is patient; and to copy each
 * megabyte of the program, of which there are not many. */
enum {
    MILLISECONDS = 60000,
    PATIENT_MILLISECONDS = 120000,
    COPY_MILLISECONDS = 250,
    MOST_MEGABYTES = 32,
};

struct sandbox sandbox;

const char *random_name(const char *prefix)
{
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz";
    unsigned char random[6];
    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        err(3, "getrandom");
    char name[sizeof(random) + 1] = "";
    for (size_t i = 0; i < sizeof(random); i++)
        name[i] = LETTERS[random[i] % (sizeof(LETTERS) - 1)];
    return text("%s%s", prefix, name);
}

unsigned random_below(unsigned end)
{
    unsigned random;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random))
        err(3, "getrandom");
    return random % end;
}

/* Die when the process dies that made us. */
static void die_with(pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        err(3, "prctl");
    if (getppid() != parent)
        _exit(3);
}

static int most_milliseconds(const char *program_file)
{
    struct stat file;
    off_t megabytes =
        stat(program_file, &file) == -1 ? 0 : file.st_size >> 20;
    if (megabytes > MOST_MEGABYTES)
        megabytes = MOST_MEGABYTES;
    return (sandbox.patient ? PATIENT_MILLISECONDS : MILLISECONDS) +
           (int)megabytes * COPY_MILLISECONDS;
}

/* Wait for the grader's children, which are ours now: all are killed. A
 * lab's first process may leave them as they are for a second. */
static void reap(void)
{
    double began = now();
    pid_t ended;
    while ((ended = waitpid(-1, NULL, WNOHANG)) != -1)
        if (ended == 0 && now() - began > DYING)
            return;
        else if (ended == 0)
            nanosleep(&(struct timespec){0, 2000000}, NULL);
}

/* Wait for the grader proper, clean up, and end as it did. */
static _Noreturn void keep(pid_t judge, const char *program_file)
{
    int pidfd = pidfd_open(judge, 0);
    if (pidfd == -1)
        err(3, "pidfd_open");
    struct pollfd ending = {pidfd, POLLIN, 0};
    int most = most_milliseconds(program_file);
    int ready = poll(&ending, 1, most);
    if (ready == 0)
        kill(judge, SIGKILL);
    int status;
    if (waitpid(judge, &status, 0) == -1)
        err(3, "waitpid");
    remove_group(sandbox.group);
    reap();
    if (ready == 0)
        errx(3, "no verdict after %d seconds", most / 1000);
    if (WIFSIGNALED(status))
        errx(3, "killed by signal %d", WTERMSIG(status));
    exit(WEXITSTATUS(status));
}

void use_null(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (null == -1 || dup2(null, fd) == -1)
            _exit(3);
    close(null);
}

/* As in the lab, the loopback device is up. */
static void set_loopback_up(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    request.ifr_flags = IFF_UP;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd == -1 || ioctl(fd, SIOCSIFFLAGS, &request) == -1)
        err(3, "lo");
    close(fd);
}

/* The first process of the sandbox: makes it, says so, and stays. */
static _Noreturn void be_init(const char *program_file,
                              const char *probe_file, int said)
{
    join_group("");
    if (unshare(CLONE_NEWCGROUP) == -1)
        err(3, "unshare");
    join_group("init/");
    set_loopback_up();
    make_mounts(program_file, probe_file);
    if (signal(SIGCHLD, SIG_IGN) == SIG_ERR)
        err(3, "signal");
    if (write(said, "", 1) != 1)
        err(3, "write");
    close(said);
    use_null(); /* our descriptors are open to the sandbox's root */
    for (;;)
        pause();
}

static void clone_init(const char *program_file)
{
    int said[2];
    if (pipe2(said, O_CLOEXEC) == -1)
        err(3, "pipe");
    const char *self = target("/proc/self/exe");
    const char *probe_file =
        text("%.*s/../probe", (int)(strrchr(self, '/') - self), self);
    long flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
                 CLONE_NEWUTS | CLONE_NEWIPC;
    sandbox.init =
        (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (sandbox.init == -1 && errno == ENOSPC)
        errx(3, "clone: a limit in /proc/sys/user is reached");
    if (sandbox.init == -1)
        err(3, "clone");
    if (sandbox.init == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
            err(3, "prctl");
        be_init(program_file, probe_file, said[1]);
    }
    close(said[1]);
    char byte;
    if (read(said[0], &byte, 1) != 1)
        errx(3, "the sandbox cannot be made");
    close(said[0]);
}

void bear_into(pid_t whose)
{
    int fd = open(text("/proc/%d/ns/pid", whose), O_RDONLY | O_CLOEXEC);
    if (fd == -1 || setns(fd, CLONE_NEWPID) == -1)
        err(3, "setns: pid");
    close(fd);
}

pid_t outside(void)
{
    return sandbox.init;
}

const char *in_sandbox(const char *path)
{
    return text("/proc/%d/root%s", sandbox.init, path);
}

static void name_files(const char *program_file)
{
    const char *base = strrchr(program_file, '/');
    snprintf(sandbox.program, sizeof(sandbox.program), "%s",
             base == NULL ? program_file : base + 1);
    snprintf(sandbox.folder, sizeof(sandbox.folder), "/run/%s",
             random_name(""));
    snprintf(sandbox.probe, sizeof(sandbox.probe), "%s",
             random_name(""));
    sandbox.script = strstr(sandbox.program, ".sh") != NULL;
}

void open_sandbox(int argc, char *argv[])
{
    bool patient = argc == 3 && strcmp(argv[1], "--patient") == 0;
    if (argc != (patient ? 3 : 2) || argv[argc - 1][0] == '-') {
        fprintf(stderr, "usage: %s [--patient] PROGRAM\n", argv[0]);
        exit(2);
    }
    sandbox.patient = patient;
    const char *program_file = argv[argc - 1];
    name_files(program_file);

    /* The doer's processes may be many: we go first. */
    if (setpriority(PRIO_PROCESS, 0, -20) == -1)
        err(3, "not permitted here: the grader needs root");
    make_group();
    remove_stale_groups();
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        err(3, "prctl");
    pid_t keeper = getpid();
    pid_t judge = fork();
    if (judge == -1)
        err(3, "fork");
    if (judge > 0)
        keep(judge, program_file);

    die_with(keeper);
    clone_init(program_file);
    limit_group();
    remember_outside();
    const char *folder = in_sandbox(sandbox.folder);
    sandbox.binary = identify("%s/%s", folder, sandbox.program);
    sandbox.command = identify("%s/%s", folder, sandbox.probe);
    watch_executions();
}
