/*
 * silent.c - wrong on purpose: does not look at what became of it
 *
 * usage: silent
 * needs: nothing
 */
#include <stdio.h>

int main(void)
{
    puts("done");
}
