/*
 * facts.h - what a grader is written with
 *
 * A grader opens the sandbox, starts the doer's program in it, and
 * judges tables of facts, in order from cause to consequence:
 *
 *     int main(int argc, char *argv[])
 *     {
 *         open_sandbox(argc, argv);
 *         start(COMMAND, NULL);
 *         judge(running);
 *         end_command();
 *         judge(after);
 *         return verdict();
 *     }
 *
 * Whatever a fact says comes from the kernel. Process numbers are those
 * that the grader sees: it watches from outside the sandbox.
 */
#ifndef FACTS_H
#define FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "kernel.h"
#include "lines.h"

struct fact {
    const char *id;   /* its name in wrong, foreign and hints */
    const char *what; /* a sentence that is true when it holds */
    bool (*holds)(const char *arg);
    const char *arg;  /* for holds */
    const char *look; /* a command for the lab that shows it */
    const char *read; /* the label of the section that explains it */
};

/* The frame: one sandbox, any number of starts and tables in it. */

void open_sandbox(int argc, char *argv[]);

/*
 * Judge a table, which ends with an empty entry. It passes as soon as
 * all facts hold; it fails when half a second has passed and whatever
 * the doer started sleeps, or later if it does not.
 *
 * The first fact after a start is the ground of all others until the
 * next start: where it fails they are not looked at. Where the first
 * fact of all fails, nothing else is started.
 */
void judge(const struct fact *facts);

int verdict(void);

/* What goes below a fact that fails. Everything is quoted as it is. */
void expected(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
void observed(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* The doer's program, and the command that it is to run. */

/* Among the arguments of start, stands for a command and its own
 * arguments: the grader's probe, which sleeps until SIGTERM. */
extern const char COMMAND[];
extern const char PATH_COMMAND[]; /* the same, without its folder */

/* Run the program with arguments, up to NULL. What an earlier start
 * left is killed before. */
void start(const char *first, ...) __attribute__((sentinel));

/* From the next start on, run it as that user, and in no other group;
 * or where namespaces of these types (flags of clone(2)) cannot be made,
 * as if their limit were reached. */
void start_as(uid_t uid, gid_t gid);
void start_without(int flags);

/* Wait until the command runs or nothing changes any more, as judge
 * does. Ask the command to end, or kill it. */
void wait_for_command(void);
void end_command(void);
void kill_command(void);

/* The processes: 0 where there is none. program() is the one that was
 * started, command() the probe, outside() one that shares what the
 * program was started in. */
pid_t program(void);
pid_t command(void);
pid_t outside(void);

/* The process numbers of all that the program started and that lives,
 * the program included. */
size_t processes(const pid_t **list);

/* The program's wait status; false while it runs. */
bool ended(int *status);

/* What the program printed. It proves nothing, unless the task is to
 * print. */
const char *printed(void);
const char *complained(void);

/* A name for something in the sandbox, another one in each run. */
const char *random_name(const char *prefix);

/* A number below that one, another one in each run. */
unsigned random_below(unsigned end);

/* A process of the grader's, in new namespaces of these types (flags of
 * clone(2)). It sleeps until the next one is made, or the end. */
pid_t make_process(int flags);

/* Where the program was started, seen from the grader: a path. */
const char *in_sandbox(const char *path);

/* What a function prints in namespaces of a process, given as flags of
 * clone(2); "" when they cannot be entered. */
const char *inside(pid_t pid, int flags,
                   void (*function)(const char *arg), const char *arg);

/* What the host is called in the uts namespace of a process. */
const char *host_name(pid_t pid);

/* Facts that many exercises share. */

/* The command runs, once, and waits for its signal. */
bool command_runs(const char *unused);

/* Nobody but the program did the work: no other file was executed, and
 * only the program stands between us and the command. */
bool own_work(const char *unused);

/* No process executes the command. */
bool command_does_not_run(const char *unused);

/* The command got its arguments as they were given. */
bool arguments_arrive(const char *unused);

/* The command is in a new namespace of that type; in those, given with
 * blanks between, of the outside; in those of all other types. */
bool in_new(const char *type);
bool in_same(const char *types);
bool in_same_but(const char *types);

/* In the uts namespace of a process the host has that name. */
bool host_is_called(pid_t pid, const char *name);

/* The uid_map or gid_map of a process is that, as one_line makes it. */
bool map_is(pid_t pid, const char *file, const char *map);

/* The command holds as many capabilities as root does outside. */
bool has_all_capabilities(const char *unused);

/* The program itself is in the namespaces of the outside. */
bool program_in_same(const char *types);

/* The program waits for its command. */
bool program_waits(const char *unused);

/* The program has ended, with the command's status, or with that one.
 */
bool status_is_the_commands(const char *unused);
bool status_is(const char *status);

/* The program failed by itself: neither 0 nor by a signal. */
bool status_is_a_failure(const char *unused);

/* The program's complaint has this word in it. */
bool complaint_has(const char *word);

/* The program printed nothing on stdout. */
bool nothing_printed(const char *unused);

/* No process of the program's is left; outside is mounted what was. */
bool no_process_left(const char *unused);
bool no_mount_left(const char *unused);

/*
 * Rows that many tables share; library/hints has their hints. CALL is
 * how the program is called in the lab, up to its command, as in
 * "/book/work/uts-name paper "; READ is where to read about it. The
 * formatter takes such rows for blocks of code.
 */
/* clang-format off */

/* The first rows of a program that runs a command. */
#define RUNNING_FACTS(CALL, READ)                                      \
    {"runs", "your program runs the command it is given",              \
     command_runs, NULL, CALL "echo it runs", READ},                   \
    {"own", "no other program does the work", own_work, NULL,          \
     "strace -f -e execve " CALL "true", "introduction-unshare"},      \
    {"arguments", "the command gets its arguments unchanged",          \
     arguments_arrive, NULL, CALL "printf '%s|' 'two words' ''",       \
     "introduction-unshare"}

/* The command is in a new namespace of one type, and in no other. */
#define NEW_FACT(CALL, TYPE, READ)                                     \
    {"new", "the command is in a new " TYPE " namespace", in_new,      \
     TYPE, CALL "readlink /proc/self/ns/" TYPE, READ}
#define ONLY_FACT(CALL, TYPE)                                          \
    {"only", "every other namespace is still shared", in_same_but,     \
     TYPE, CALL "ls -l /proc/self/ns", "introduction-unshare"}

/* When the command has ended. */
#define AFTER_FACTS(CALL, READ)                                        \
    {"status", "your program ends with the command's status",          \
     status_is_the_commands, NULL, CALL "sh -c 'exit 7'; echo $?",     \
     READ},                                                            \
    {"left", "no process of yours is left", no_process_left, NULL,     \
     CALL "true; ps", "introduction-clone"}

/* Of a program that looks at a process, and is given a number that none
 * has: 999999. */
#define NO_PROCESS_FACTS(CALL, READ)                                   \
    {"missing", "for a process that does not exist it ends with 1",    \
     status_is, "1", CALL "; echo $?", READ},                          \
    {"silent", "and prints nothing on stdout", nothing_printed, NULL,  \
     CALL " 2>/dev/null", READ},                                       \
    {"message", "the message names the process", complaint_has,        \
     "999999", CALL, READ}
/* clang-format on */

#endif
