/*
 * translate_pid.c - translate a process number to or from a namespace
 *
 * usage: translate_pid into|from PIDNS PID
 * needs: linux >= 6.11
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>

/* since Linux 6.11 */
#ifndef NS_GET_TGID_FROM_PIDNS
#define NS_GET_TGID_FROM_PIDNS _IOR(NSIO, 0x7, int)
#endif
#ifndef NS_GET_TGID_IN_PIDNS
#define NS_GET_TGID_IN_PIDNS _IOR(NSIO, 0x9, int)
#endif

static pid_t number_of(const char *text)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0')
        errno = EINVAL;
    else if (number > INT_MAX)
        errno = ERANGE;
    if (errno != 0)
        err(2, "%s", text);
    return (pid_t)number;
}

int main(int argc, char *argv[])
{
    if (argc != 4 || (strcmp(argv[1], "into") != 0 &&
                      strcmp(argv[1], "from") != 0)) {
        fputs("usage: translate_pid into|from PIDNS PID\n", stderr);
        exit(2);
    }
    pid_t number = number_of(argv[3]);
    int ns = open(argv[2], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (ns == -1)
        err(EXIT_FAILURE, "open: %s", argv[2]);

    /* The other side of the translation is where we are ourselves. */
    unsigned long request = strcmp(argv[1], "into") == 0
                                ? NS_GET_TGID_IN_PIDNS
                                : NS_GET_TGID_FROM_PIDNS;
    int other = ioctl(ns, request, number);
    if (other == -1)
        err(EXIT_FAILURE, "ioctl: %s %s", argv[2], argv[3]);
    printf("pid %d\n", other);
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(EXIT_FAILURE, "fflush");
}
