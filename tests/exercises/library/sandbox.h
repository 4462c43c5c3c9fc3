/*
 * sandbox.h - what the parts of the library know of each other
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include "facts.h"

/* What every start begins from. */
struct sandbox {
    pid_t init;             /* first process, which does nothing */
    char group[128];        /* its control group, a folder */
    char folder[64];        /* where program and probe lie, inside */
    char program[64];       /* the program's name there */
    char probe[64];         /* the probe's */
    struct identity binary; /* the program's file */
    struct identity command;
    bool script;  /* the program is one */
    bool patient; /* others' script, or a slow machine: wait longer */
};

extern struct sandbox sandbox;

/* Seconds of a clock that never goes back. */
double now(void);

/* Write a line; fields end with NULL. */
void record(const char *kind, const char *const fields[]);

/* The mounts when the sandbox was opened. */
size_t mounts_at_first(const struct mount **list);

/* Begin and make the inside of a sandbox: mounts.c. */
void make_mounts(const char *program_file, const char *probe_file);

/* Limits, and who is in them: group.c. */
void make_group(void);
void join_group(const char *part);
void limit_group(void);
size_t read_group(pid_t *list, size_t most);
void kill_group(void);
void remove_group(const char *group);
void remove_stale_groups(void);

/* See who executes what: executed.c. */
void watch_executions(void);
int executions(void);
void read_executions(void);
const char *executed_tool(void);

/* Between two starts: tell whether the next makes sense; kill what the
 * last one left. */
bool begin_run(void);
void end_run(void);

/* What the program had too much of, NULL when of nothing. */
const char *limit_reached(void);

/* Microseconds of the processor that the program has used. */
long group_usage(void);

/* Standard input, output and errors lead nowhere. */
void use_null(void);

/* The pid namespace of the children that are made from now on. */
void bear_into(pid_t whose);

/* Make a child that is born into the sandbox's pid namespace; enter its
 * other namespaces, those of the user and of time excepted, which are
 * the machine's: process.c. */
pid_t fork_into_sandbox(void);
void enter_sandbox(void);

/* From now on the program is this process, which prints and complains
 * into these pipes. */
void follow(pid_t child, int prints, int complains);

/* Once round: output, ends, the list of processes. */
void watch_program(void);

/* Sleep until something may have changed, a few milliseconds. */
void wait_for_program(void);

bool nothing_runs(void);
bool everything_sleeps(void);

/* How many processes execute the command. */
size_t commands_running(void);

/* What the command was told to end with, and its arguments. */
int command_status(void);
const char *command_line(size_t *length);

#endif
