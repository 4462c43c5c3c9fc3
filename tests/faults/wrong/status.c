/*
 * status.c - wrong on purpose: ends with a status of the shell
 *
 * usage: status
 * needs: nothing
 */
#include <err.h>
#include <unistd.h>

int main(void)
{
    if (chdir("/") == -1)
        err(127, "chdir");
}
