/*
 * undefined.c - wrong on purpose: adds more than an int can hold
 *
 * usage: undefined
 * needs: nothing
 */
#include <limits.h>
#include <stdio.h>

int main(int argc, char *argv[])
{
    (void)argv;
    printf("%d\n", INT_MAX + argc);
}
