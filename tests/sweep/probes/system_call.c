/*
 * system_call.c - make a system call by its number
 *
 * usage: system_call NUMBER [ARG]...
 *
 * What is no number is a string; an ARG that is missing is 0.
 */
#define _GNU_SOURCE
#include "answer.h"
#include <unistd.h>

static long value(char *word)
{
    char *end;
    long number = strtol(word, &end, 0);
    return *word && !*end ? number : (long)word;
}

int main(int argc, char *argv[])
{
    long args[6] = {0};
    if (argc < 2 || argc > 8)
        usage("system_call NUMBER [ARG]...");
    for (int i = 2; i < argc; i++)
        args[i - 2] = value(argv[i]);
    answer(syscall(value(argv[1]), args[0], args[1], args[2], args[3],
                   args[4], args[5]));
}
