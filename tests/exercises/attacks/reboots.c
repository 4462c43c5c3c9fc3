/*
 * reboots.c - restarts the machine, which is the sandbox
 */
#include <sys/reboot.h>
#include <unistd.h>

int main(void)
{
    reboot(RB_AUTOBOOT);
    for (;;)
        pause();
}
