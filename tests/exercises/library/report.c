/*
 * report.c - judges tables of facts, and writes down what came of it
 *
 * A record is a line: its kind, and fields after tabs. grading.py reads
 * them. Whatever is quoted cannot end a line or begin a field.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sandbox.h"

/* In seconds: how long a fact may take to become true, when nothing
 * moves; when something does; and all tables together. */
static const double PATIENCE = 0.5;
static const double BUSY_PATIENCE = 4.5;
static const double WHOLE_PATIENCE = 7.0;

/* Scripts that others wrote take many steps, and in a page the machine
 * is slow: there --patient gives more. */
static const double PATIENT_FACTOR = 4.0;

static char wanted[2048];
static char seen[2048];
static const char *first_failure;

double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

#define KEEP(buffer, format)                                           \
    do {                                                               \
        va_list list;                                                  \
        va_start(list, format);                                        \
        vsnprintf(buffer, sizeof(buffer), format, list);               \
        va_end(list);                                                  \
    } while (0)

void expected(const char *format, ...)
{
    KEEP(wanted, format);
}

void observed(const char *format, ...)
{
    KEEP(seen, format);
}

/* Print a field: what could be taken for more than text is escaped. */
static void print_field(const char *string)
{
    putchar('\t');
    for (; *string != '\0'; string++) {
        unsigned char byte = (unsigned char)*string;
        if (byte == '\\' || iscntrl(byte))
            printf("\\%03o", byte);
        else
            putchar(byte);
    }
}

void record(const char *kind, const char *const fields[])
{
    fputs(kind, stdout);
    for (; *fields != NULL; fields++)
        print_field(*fields);
    putchar('\n');
}

#define RECORD(kind, ...)                                              \
    record(kind, (const char *const[]){__VA_ARGS__, NULL})

/* Quote the first lines of what the program complained. */
static void quote_complaint(void)
{
    enum { MOST = 8 };
    const char *rest = complained();
    const char *line = take_line(&rest);
    for (int count = 0; line != NULL && count < MOST; count++) {
        RECORD("said", line);
        line = take_line(&rest);
    }
    if (line != NULL)
        RECORD("said", "...");
}

static void report_failure(const struct fact *fact)
{
    RECORD("expected", wanted[0] != '\0' ? wanted : fact->what);
    RECORD("observed", seen[0] != '\0' ? seen : "the contrary");
    RECORD("look", fact->look);
    RECORD("read", fact->read);
    quote_complaint();
}

static bool ask(const struct fact *fact)
{
    wanted[0] = seen[0] = '\0';
    return fact->holds(fact->arg);
}

static void report(const struct fact *fact, bool holds)
{
    RECORD("fact", holds ? "ok" : "failed", fact->id, fact->what);
    if (holds || first_failure != NULL)
        return;
    first_failure = fact->id;
    report_failure(fact);
}

static bool all_hold(const struct fact *facts)
{
    for (; facts->id != NULL; facts++)
        if (!ask(facts))
            return false;
    return true;
}

/* Tell whether waiting longer can change anything. */
static bool settled(double began)
{
    static double opened;
    if (opened == 0.0)
        opened = began;
    if (nothing_runs())
        return true;
    double factor = sandbox.patient ? PATIENT_FACTOR : 1.0;
    double waited = now() - began;
    if (now() - opened > WHOLE_PATIENCE * factor ||
        waited > BUSY_PATIENCE * factor)
        return true;
    bool still = everything_sleeps();
    return waited > PATIENCE && still;
}

/* Wait for all facts of a table to hold; false when it is in vain. */
static bool come_true(const struct fact *facts)
{
    for (double began = now();; wait_for_program()) {
        bool last = settled(began);
        if (all_hold(facts))
            return true;
        if (last)
            return false;
    }
}

/* What was found by the first fact since a start. */
static enum { UNKNOWN, HOLDS, FAILS } ground;
static bool first_run = true;
static bool hopeless; /* the first of all has failed */

bool begin_run(void)
{
    ground = UNKNOWN;
    return !hopeless;
}

void judge(const struct fact *facts)
{
    bool looked_at = !hopeless && ground != FAILS;
    bool all = looked_at && come_true(facts);
    for (; facts->id != NULL; facts++) {
        if (!looked_at) {
            RECORD("fact", "unknown", facts->id, facts->what);
            continue;
        }
        bool holds = all || ask(facts);
        if (ground == UNKNOWN) {
            ground = holds ? HOLDS : FAILS;
            looked_at = holds;
            hopeless = !holds && first_run;
            first_run = false;
        }
        report(facts, holds);
    }
}

void wait_for_command(void)
{
    double began = now();
    while (!hopeless && !settled(began) && command() == 0)
        wait_for_program();
}

int verdict(void)
{
    end_run();
    RECORD("verdict", first_failure == NULL ? "passed" : "failed",
           first_failure == NULL ? "" : first_failure);
    fflush(stdout);
    return first_failure == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
