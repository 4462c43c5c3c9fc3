/*
 * probe.c - the command that samples are asked to run
 *
 * It only waits, to be looked at from outside; SIGTERM ends it. A
 * status that nothing else has shows that it ran to its end.
 */
#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void end(int number)
{
    (void)number;
    _exit(42);
}

int main(void)
{
    /* Who looks knows by this handler that we are there. */
    if (signal(SIGTERM, end) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    for (;;)
        pause();
}
