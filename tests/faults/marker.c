/*
 * marker.c - linked to a sample, it shows in a trace where main starts
 *
 * The marker is a call that no sample makes. strace counts the calls of
 * each process from 1: with PAD=NUMBER:COUNT we first make COUNT calls
 * of that number, which fail, and COUNT more after each fork. Then
 * processes of one program reach no count in common, and a fault hits
 * one of them.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <unistd.h>

static long number;
static long calls;
static long generation;

static void pad(void)
{
    generation++;
    for (long i = 0; i < generation * calls; i++)
        syscall(number, -1, -1, -1, -1, -1, -1);
}

__attribute__((constructor)) static void mark(void)
{
    const char *wanted = getenv("PAD");
    char *end;
    if (wanted != NULL) {
        number = strtol(wanted, &end, 10);
        calls = strtol(end + 1, NULL, 10);
        pthread_atfork(NULL, NULL, pad);
        pad();
    }
    personality(0xffffffff); /* which changes nothing */
}
