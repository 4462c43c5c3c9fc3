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

/* Seconds of a clock that never goes back; since the last start. */
double now(void);
#define DYING 2.0 /* seconds until all who were killed are gone */
double since_start(void);

/* Write a line; fields end with NULL. */
void record(const char *kind, const char *const fields[]);

/* The mounts outside when it was last remembered: outside.c. */
size_t mounts_at_first(const struct mount **list);

/* Signals that the program ignores and blocks when it begins, and that
 * are no other to the command: as are the rest of these. */
#define IGNORED_SIGNAL SIGHUP
#define BLOCKED_SIGNAL SIGUSR1
const char *const *environment_given(void);

/* A descriptor as /proc/PID/fdinfo has it; a position can be moved by
 * whoever reads. */
struct stream {
    struct identity file;
    long long position;
    unsigned flags;
};
struct stream stream_of(pid_t pid, int fd);
struct stream stream_given(int fd);

/* One that the program was given besides the standard ones. */
int descriptor_given(void);
const char *folder_given(void);
const char *ids_given(const char *field);

/* A program has so many seconds after each start; are they over? */
#define BOUND 10
bool is_late(void);

/* Does a process run, or sleep for a time only? progress.c. */
bool goes_on(pid_t pid);

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

/* How often the command was executed since the last start. */
void count_executions_anew(void);
size_t command_executions(void);

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
bool nobody_goes_on(void);
bool everything_sleeps(void); /* and has done so for a while */

/* How many processes execute the command. */
size_t commands_running(void);

/* The system calls that the program and a child of its sleep in. */
const char *who_sleeps(void);

/* What a program complains that is no program to the kernel. */
extern const char NOT_EXECUTABLE[];

/* Is the process gone that was made for the program to look at? */
bool made_process_is_gone(void);

/* What slept on when the program had ended, "" for nobody. */
const char *outlived_it(void);

/* Our number in the grader's pid namespace, as long as its /proc is
 * ours: nested.c. */
pid_t own_number(void);

/* Have the kernel refuse what start_without and its like name:
 * denied.c.
 */
void deny(void);

/* The number of what was started, whether it lives or not. */
pid_t started_program(void);

/* The signal that kill_command has chosen. */
int death(void);

/* What the command was told to end with, its name, its arguments. */
int command_status(void);
const char *command_name(void);
const char *command_line(size_t *length);

#endif
