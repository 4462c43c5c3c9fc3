/*
 * lock_file.c - ask across a pid namespace who has locked a file
 *
 * usage: lock_file PATH
 * needs: CAP_SYS_ADMIN
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each of the two locks a byte of its own. */
enum { OUTER, INNER };

static struct flock byte_of(int which, short type)
{
    return (struct flock){.l_type = type,
                          .l_whence = SEEK_SET,
                          .l_start = which,
                          .l_len = 1};
}

static void put_lock(int fd, int which)
{
    struct flock lock = byte_of(which, F_RDLCK);
    if (fcntl(fd, F_SETLK, &lock) == -1)
        err(EXIT_FAILURE, "fcntl: F_SETLK");
}

/* Whose lock would be in our way? */
static void show_holder(int fd, int which, const char *where)
{
    struct flock lock = byte_of(which, F_WRLCK);
    if (fcntl(fd, F_GETLK, &lock) == -1)
        err(EXIT_FAILURE, "fcntl: F_GETLK");
    if (lock.l_type == F_UNLCK)
        printf("%s: nobody has locked it\n", where);
    else
        printf("%s: locked by pid %d\n", where, lock.l_pid);
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}

static void must_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) == -1)
        err(EXIT_FAILURE, "pipe2");
}

int main(int argc, char *argv[])
{
    if (argc != 2 || argv[1][0] == '-') {
        fputs("usage: lock_file PATH\n", stderr);
        exit(2);
    }
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: %s", argv[1]);
    put_lock(fd, OUTER);

    int ready[2], end[2];
    must_pipe(ready);
    must_pipe(end);
    signal(SIGCHLD, SIG_DFL);
    if (unshare(CLONE_NEWPID) == -1)
        err(EXIT_FAILURE, "unshare");
    pid_t child = fork();
    if (child == -1)
        err(EXIT_FAILURE, "fork");

    /* Each end that is closed tells the one who reads at the other. */
    char byte;
    if (child == 0) {
        if (close(end[1]) == -1)
            err(EXIT_FAILURE, "close");
        put_lock(fd, INNER);
        show_holder(fd, OUTER, "inside");
        if (write(ready[1], "", 1) == -1)
            err(EXIT_FAILURE, "write");
        if (read(end[0], &byte, 1) == -1)
            err(EXIT_FAILURE, "read");
        exit(EXIT_SUCCESS);
    }
    close(ready[1]);
    ssize_t length = read(ready[0], &byte, 1);
    if (length == -1)
        err(EXIT_FAILURE, "read");
    if (length == 0)
        exit(EXIT_FAILURE); /* the child said why */
    show_holder(fd, INNER, "outside");
    if (close(end[1]) == -1)
        err(EXIT_FAILURE, "close");
    int status;
    if (waitpid(child, &status, 0) == -1)
        err(EXIT_FAILURE, "waitpid");
    exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}
