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

/* In seconds: for how long nothing must move until it is said that a
 * fact does not come true; and how long facts must hold that a program
 * which moves could still change. */
static const double STILL = 0.2;
static const double STEADY = 0.5;

/* Scripts that others wrote take many steps, and in a page the machine
 * is slow: there --patient gives more. */
static const double PATIENT_FACTOR = 2.0;

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

/* Quote the last lines of what the program complained: it fails at its
 * end. */
static void quote_complaint(void)
{
    enum { MOST = 8 };
    const char *rest = complained();
    size_t count = 0;
    while (take_line(&rest) != NULL)
        count++;
    if (count > MOST)
        RECORD("said", "...");
    rest = complained();
    for (const char *line; (line = take_line(&rest)) != NULL; count--)
        if (count <= MOST)
            RECORD("said", line);
}

static void report_failure(const struct fact *fact)
{
    if (made_process_is_gone())
        observed("the process that it looks at is gone: did your "
                 "program kill it?");
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

static double started; /* the program, for the last time */
static bool hopeless;  /* nothing else is started, or looked at */

bool is_late(void)
{
    double factor = sandbox.patient ? PATIENT_FACTOR : 1.0;
    return now() - started > BOUND * factor;
}

/* Wait for all facts of a table to hold; false when it is in vain. A
 * program that goes on can still change what holds. */
static bool come_true(const struct fact *facts)
{
    double began = now(), since = 0.0;
    bool quiet = false;
    for (;; wait_for_program()) {
        bool was_quiet = quiet;
        bool ends = nothing_runs();
        bool still =
            ends || (everything_sleeps() && now() - began > STILL);
        bool last = still || is_late();
        if (!all_hold(facts))
            since = 0.0;
        else if (since == 0.0)
            since = now();
        /* Who sleeps now may have changed it after it was asked. */
        quiet = nobody_goes_on();
        if (since != 0.0 &&
            (last || (was_quiet && quiet) || now() - since > STEADY))
            return true;
        if (last) {
            hopeless = !still;
            return false;
        }
    }
}

/* What was found by the first fact since a start. */
static enum { UNKNOWN, HOLDS, FAILS } ground;
static bool first_run = true;

bool begin_run(void)
{
    ground = UNKNOWN;
    started = now();
    return !hopeless;
}

double since_start(void)
{
    return now() - started;
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
            hopeless = hopeless || (!holds && first_run);
            first_run = false;
        }
        report(facts, holds);
    }
}

void wait_for_command(void)
{
    double began = now();
    for (; !hopeless && !nothing_runs() && command() == 0;
         wait_for_program())
        if (is_late() || (now() - began > STILL && everything_sleeps()))
            return;
}

int verdict(void)
{
    end_run();
    RECORD("verdict", first_failure == NULL ? "passed" : "failed",
           first_failure == NULL ? "" : first_failure);
    fflush(stdout);
    return first_failure == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
