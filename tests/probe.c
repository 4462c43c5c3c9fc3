/*
 * probe.c - the command that programs under test are asked to run
 *
 * It does nothing, so that it can be looked at from outside. SIGTERM
 * ends it, with the status that its first argument begins with: one
 * that nothing else has shows that it ran to its end.
 */
#include <err.h>
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
    /* Who looks knows by this handler that we are there: see probe.h.
     */
    if (signal(SIGTERM, end) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    for (;;)
        pause();
}
