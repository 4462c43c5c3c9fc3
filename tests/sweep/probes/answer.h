/*
 * answer.h - how a probe says what the kernel answered
 *
 * One word: "ok", or the name of the error. What a probe needs before
 * it can ask must succeed, else it says so and exits with 1: that is no
 * answer.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void answer(long result)
{
    puts(result == -1 ? strerrorname_np(errno) : "ok");
}

static inline int must(int result, const char *what)
{
    if (result == -1)
        err(EXIT_FAILURE, "%s", what);
    return result;
}

static inline void usage(const char *text)
{
    fprintf(stderr, "usage: %s\n", text);
    exit(2);
}

#endif
