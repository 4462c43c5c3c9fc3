/*
 * probe.c - the command that the doer's programs run
 *
 * It does nothing. SIGTERM ends it, with the status of its first
 * argument. It is known by its file, and known to be ready by the
 * kernel's word that it catches SIGTERM.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t status;

static void end(int number)
{
    (void)number;
    _exit(status);
}

int main(int argc, char *argv[])
{
    status = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
    if (signal(SIGTERM, end) == SIG_ERR)
        return 1;
    for (;;)
        pause();
}
