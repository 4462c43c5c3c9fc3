/*
 * new_time.c - ask whether execve enters the new time namespace
 *
 * usage: new_time
 *
 * Its clock is a day ahead. The program executes itself, and looks.
 */
#define _GNU_SOURCE
#include "answer.h"
#include <fcntl.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

enum {
    NEWTIME = 0x80,
    DAY = 86400
}; /* CLONE_NEWTIME, since Linux 5.6 */

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "look") == 0) {
        struct timespec up;
        must(clock_gettime(CLOCK_BOOTTIME, &up), "clock_gettime");
        puts(up.tv_sec >= DAY ? "new" : "old");
        return 0;
    }
    if (argc != 1)
        usage("new_time");

    must(unshare(NEWTIME), "unshare");
    int fd =
        must(open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC),
             "open: timens_offsets");
    must(dprintf(fd, "boottime %d 0\n", DAY), "write: timens_offsets");
    execl("/proc/self/exe", argv[0], "look", NULL);
    err(EXIT_FAILURE, "execl");
}
