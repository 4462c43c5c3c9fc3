/*
 * unflushed.c - wrong on purpose: asks the last flush alone
 *
 * usage: unflushed
 * needs: nothing
 */
#include <err.h>
#include <stdio.h>

int main(void)
{
    puts("done");
    if (fflush(stdout) == EOF)
        err(1, "fflush");
}
