/*
 * mute.c - wrong on purpose: fails without a word
 *
 * usage: mute
 * needs: nothing
 */
#include <unistd.h>

int main(void)
{
    return chdir("/") == -1;
}
