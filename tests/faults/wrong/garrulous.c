/*
 * garrulous.c - wrong on purpose: says it twice
 *
 * usage: garrulous
 * needs: nothing
 */
#include <err.h>
#include <unistd.h>

int main(void)
{
    if (chdir("/") == -1) {
        warn("chdir");
        err(1, "chdir");
    }
}
