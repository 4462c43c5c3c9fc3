/*
 * probe.c - the command that programs under test are asked to run
 *
 * It does nothing, so that it can be looked at from outside. SIGTERM
 * ends it, with the status that its first argument begins with: one
 * that nothing else has shows that it ran to its end. A number that
 * comes with the signal, see sigqueue(3), is that of a fault to end by:
 * such a signal kills process 1 of a pid namespace, too. With
 * PROBE=traps in its environment, SIGINT does not end it: who looks
 * sees that it came by a handler for SIGUSR1. With PROBE=deaf, SIGTERM
 * does not. With PROBE=slow neither does: who looks sees that it came
 * by a handler for SIGUSR2, and that signal ends it; and that it came
 * again by SIGUSR1, which is ignored.
 */
#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile sig_atomic_t status;
static bool deaf, slow;

static void finish(int number)
{
    (void)number;
    _exit(status);
}

static void end(int number, siginfo_t *info, void *unused)
{
    (void)number, (void)unused;
    int fault =
        info->si_code == SI_QUEUE ? info->si_value.sival_int : 0;
    if (fault == SIGILL)
        __builtin_trap();
    if (fault == SIGSEGV)
        *(volatile char *)mmap(NULL, 1, PROT_NONE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) = 1;
    if (fault == SIGFPE)
        status /= (int)strtol("0", NULL, 10);
    if (slow && signal(SIGUSR2, finish) == finish)
        signal(SIGUSR1, SIG_IGN);
    if (!slow && !deaf)
        _exit(status);
}

static void trap(int number)
{
    (void)number;
    signal(SIGUSR1, trap);
}

int main(int argc, char *argv[])
{
    status = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
    const char *how = getenv("PROBE");
    deaf = how != NULL && strcmp(how, "deaf") == 0;
    slow = how != NULL && strcmp(how, "slow") == 0;
    if (how != NULL && strcmp(how, "traps") == 0)
        signal(SIGINT, trap);

    /* Who looks knows by this handler that we are there: see probe.h.
     */
    struct sigaction ending = {.sa_sigaction = end,
                               .sa_flags = SA_SIGINFO};
    if (sigaction(SIGTERM, &ending, NULL) == -1)
        err(EXIT_FAILURE, "sigaction");

    /* Blocked, it is waited for just as well, unless we are asked what
     * becomes of it. */
    sigset_t mask;
    if (sigprocmask(SIG_BLOCK, NULL, &mask) == -1)
        err(EXIT_FAILURE, "sigprocmask");
    if (!slow)
        sigdelset(&mask, SIGTERM);
    for (;;)
        sigsuspend(&mask);
}
