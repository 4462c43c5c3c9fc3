/*
 * clamps.c - wrong on purpose: takes what is too large for the largest
 *
 * usage: clamps NUMBER
 * needs: nothing
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char *argv[])
{
    char *end;
    if (argc != 2)
        errx(2, "usage: clamps NUMBER");
    unsigned long number = strtoul(argv[1], &end, 10);
    if (end == argv[1] || *end != '\0')
        errx(2, "usage: clamps NUMBER");
    printf("%lu\n", number);
    if (ferror(stdout) || fflush(stdout) == EOF)
        err(1, "fflush");
}
