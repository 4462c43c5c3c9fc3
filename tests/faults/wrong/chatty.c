/*
 * chatty.c - wrong on purpose: complains, and ends as if all were well
 *
 * usage: chatty
 * needs: nothing
 */
#include <err.h>
#include <unistd.h>

int main(void)
{
    if (chdir("/") == -1)
        warn("chdir");
}
