/*
 * deaf.c - heeds no signal, and leaves children that heed none
 */
#include <signal.h>
#include <unistd.h>

int main(void)
{
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_IGN);
    for (int i = 0; i < 20; i++)
        if (fork() == 0) {
            setsid();
            for (;;)
                pause();
        }
    for (;;)
        pause();
}
