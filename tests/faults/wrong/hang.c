/*
 * hang.c - wrong on purpose: waits for ever for what does not come
 *
 * usage: hang
 * needs: nothing
 */
#include <unistd.h>

int main(void)
{
    if (chdir("/") == -1)
        pause();
}
