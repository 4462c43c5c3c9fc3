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
#include "looks.h"

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
 * Judge a table, which ends with an empty entry. It passes when all
 * facts hold, and whatever the doer started waits for something, or has
 * not changed that for half a second. It fails when nothing moves any
 * more, or ten seconds after the start.
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

/* The same of a line that the program printed, NULL for none: quoted,
 * so that blanks and the lack of a newline are seen. */
void observed_line(const char *line);
void observed_lines(size_t count);

/* The doer's program, and the command that it is to run. */

/* Among the arguments of start, stands for a command and its own
 * arguments: the grader's probe, which sleeps until SIGTERM. */
extern const char COMMAND[];
extern const char PATH_COMMAND[]; /* the same, without its folder */

/* Run the program with arguments, up to NULL. What an earlier start
 * left is killed before. */
void start(const char *first, ...) __attribute__((sentinel));

/* The same with a list of arguments after the first. */
void start_with(const char *first, const char *const rest[]);

/* From the next start on, run it in that folder: /tmp at first. */
void start_in(const char *folder);

/* From the next start on, run it as that user, and in no other group;
 * or where namespaces of these types (flags of clone(2)) cannot be
 * made, as if their limit were reached. */
void start_as(uid_t uid, gid_t gid);
void start_without(int flags);

/* Or where setns(2) is refused, or all that mounts, or of that what is
 * new, or what changes how mounts propagate, or pivot_root(2),
 * or umount2(2), or what makes a symbolic link, or a process, or
 * capset(2), or prctl(2) with that option, or what opens a file to
 * write; or without that capability. */
void start_without_entering(void);
void start_without_mounting(void);
void start_without_new_mounts(void);
void start_without_propagation(void);
void start_without_pivoting(void);
void start_without_unmounting(void);
void start_without_linking(void);
void start_without_forking(void);
void start_without_setting(void);
void start_without_option(int option);
void start_without_writing(void);
void start_with_all_calls(void);
void start_without_capability(int capability);

/* From the next start on, run it as process 1 of a pid namespace, with
 * a proc of that on /proc. */
void start_as_first(void);

/* From the next start on, give it that variable, too, NULL for none: in
 * probe.c stands what "PROBE=..." does. */
void start_with_variable(const char *variable);

/* Wait until the command runs or nothing changes any more, as judge
 * does. Ask the command to end, or kill it by some signal. */
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

/* It printed whole lines, and no more than a grader reads. */
bool printed_lines_only(void);

/* A process of the program's with a thread in that namespace, 0 if none
 * is. */
pid_t resident(const char *type, struct identity id);

/* The outside may be as it is now, from now on. */
void remember_outside(void);

/* The number of no process, another one in each run. */
const char *number_of_nobody(void);

/* A name for something in the sandbox, another one in each run. */
const char *random_name(const char *prefix);

/* A number below that one, another one in each run. */
unsigned random_below(unsigned end);

/* A process of the grader's, in new namespaces of these types (flags of
 * clone(2)). It sleeps until the next one is made, or the end. */
pid_t make_process(int flags);

/* A process of the grader's in a pid namespace, for good; 0 where the
 * first process there has ended. */
struct member {
    pid_t whose;       /* the namespace of that one */
    bool first;        /* of a new one below it */
    bool enters;       /* its parent stays in the grader's */
    bool many_groups;  /* more than a page of them */
    bool counts;       /* ignores SIGUSR1 once a signal has come */
    uid_t user;        /* 0 for root */
    const char *name;  /* NULL for the grader's */
    pid_t bears_into;  /* its children into that one's, 0 for its own */
    pid_t numbers[32]; /* in its own, the one above and so on, then 0 */
};
pid_t make_member(const struct member *member);

/* The number of a process, levels below the grader's namespace: 1 is
 * the sandbox's; 0 where it has none. */
pid_t number_at(pid_t pid, int level);

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

/* No process executes the command, or has done so. */
bool command_does_not_run(const char *unused);

/* One process has executed it, once. */
bool command_has_run_once(const char *unused);

/* The command got its arguments as they were given. */
bool arguments_arrive(const char *unused);

/* It got what the program was given: its name, environment, folder,
 * open files, signals, session; user and groups; and no open file more.
 * Its children are born into the namespaces that it is in. */
bool given_is_the_callers(const char *unused);
bool ids_are_the_callers(const char *unused);
bool nothing_else_is_open(const char *unused);
bool is_given(const char *number); /* a descriptor, by its number */
bool children_are_born_here(const char *unused);

/* The command is in a new namespace of that type; in those, given with
 * blanks between, of the outside; in those of all other types. */
bool in_new(const char *type);
bool in_same(const char *types);
bool in_same_but(const char *types);

/* The user namespace of the command owns its namespace of that type. */
bool owned_by_the_commands(const char *type);

/* In the uts namespace of a process the host has that name. */
bool host_is_called(pid_t pid, const char *name);

/* The uid_map or gid_map of a process is that, as one_line makes it. */
bool map_is(pid_t pid, const char *file, const char *map);

/* The command holds as many capabilities as root does outside. */
bool has_all_capabilities(const char *unused);

/* The program waits for its command. */
bool program_waits(const char *unused);

/* The program has ended, with the command's status, or with that one.
 */
bool status_is_the_commands(const char *unused);
bool status_is_of_the_signal(const char *unused);
bool status_is(const char *status);

/* The program failed by itself: neither 0 nor by a signal. */
bool status_is_a_failure(const char *unused);

/* The program complained; its complaint has this word in it. */
bool complains(const char *unused);
bool complaint_has(const char *word);

/* The program printed nothing on stdout. */
bool nothing_printed(const char *unused);

/* No process of the program's is left; outside is mounted what was. */
bool no_process_left(const char *unused);
bool no_mount_left(const char *unused);

/* Outside, names and mounts are as they were. */
bool outside_is_as_it_was(const char *unused);

/* What the command mounts anywhere arrives on no mount outside; by no
 * slave inside arrives what is mounted outside. */
bool no_mount_gets_out(const char *unused);
bool no_mount_gets_in(const char *unused);

/* A fresh tmpfs of the command's own is mounted there. */
bool fresh_tmpfs_on(const char *path);

/*
 * Rows that many tables share; library/hints has their hints. CALL is
 * how the program is called in the lab, up to its command, as in
 * "/book/work/uts-name paper "; READ is where to read about it. The
 * formatter takes such rows for blocks of code.
 *
 * Every exercise that runs a command has all of them, but those that
 * its task speaks against: tests/exercises/test_catalogue.py.
 */
/* clang-format off */

/* The first rows of a program that runs a command. */
#define RUNNING_FACTS(CALL, READ)                                      \
    {"runs", "your program runs the command it is given",              \
     command_runs, NULL, CALL "expr 6 '*' 7 | cat", READ},             \
    {"own", "no other program does the work", own_work, NULL,          \
     EXECUTED(CALL), "introduction-unshare"},                          \
    {"arguments", "the command gets its arguments unchanged",          \
     arguments_arrive, NULL, ARGUMENTS_SHOWN(CALL),                    \
     "introduction-unshare"},                                          \
    {"given", "and all else that your program was given",              \
     given_is_the_callers, NULL, GIVEN(CALL),                          \
     "introduction-unshare"}

/* What the command is, and what it has. */
#define IDS_FACT(CALL)                                                 \
    {"ids", "it runs as the user who called, in the same groups",      \
     ids_are_the_callers, NULL,                                        \
     CALL "grep -E '^(Uid|Gid|Groups)' /proc/self/status",             \
     "introduction-unshare"}
#define CLOSED_FACT(CALL)                                              \
    {"closed", "no file that your program opened is open to it",       \
     nothing_else_is_open, NULL, CALL "ls /proc/self/fd",              \
     "introduction-descriptor"}
#define CHILDREN_FACT(CALL)                                            \
    {"children", "its children are born where it is itself",           \
     children_are_born_here, NULL,                                     \
     CHILDREN(CALL), "introduction-view"}

/* The command is in a new namespace of one type, and in no other. */
#define NEW_FACT(CALL, TYPE, READ)                                     \
    {"new", "the command is in a new " TYPE " namespace", in_new,      \
     TYPE, NAMESPACE(CALL, TYPE), READ}
#define ONLY_FACT(CALL, TYPE)                                          \
    {"only", "every other namespace is still shared", in_same_but,     \
     TYPE, NAMESPACES(CALL), "introduction-unshare"}

/* When the command has ended. */
#define AFTER_FACTS(CALL, READ)                                        \
    {"status", "your program ends with the command's status",          \
     status_is_the_commands, NULL,                                     \
     STATUS(CALL), READ},                                              \
    {"once", "the command has run once", command_has_run_once, NULL,   \
     EXECUTED(CALL), READ},                                            \
    {"unchanged", "outside, names and mounts are as they were",        \
     outside_is_as_it_was, NULL,                                       \
     UNCHANGED(CALL), "introduction-unshare"},                         \
    {"left", "no process of yours is left", no_process_left, NULL,     \
     LEFT(CALL "true"), "introduction-clone"}

/* After a start with PATH_COMMAND; when kill_command has killed it. */
#define PATH_FACT(CALL)                                                \
    {"path", "a command without a folder is found by its name",        \
     command_runs, NULL, CALL "uname", "introduction-unshare"}
#define KILLED_FACT(CALL)                                              \
    {"killed", "where a signal kills the command, the status is 128 "  \
     "and its number", status_is_of_the_signal, NULL,                  \
     KILLED(CALL), "introduction-clone"}
/* The same of a command that is process 1 of a pid namespace. */
#define KILLED_FIRST_FACT(CALL)                                        \
    {"killed", "where a signal kills the command, the status is 128 "  \
     "and its number", status_is_of_the_signal, NULL,                  \
     KILLED_FIRST(CALL), "introduction-clone"}

/* Of a start with "/no/such/command" in the place of the command. */
#define ABSENT_FACT(CALL)                                              \
    {"absent", "where there is no such command, it is another than 0", \
     status_is_a_failure, NULL, CALL "/no/such/command; echo $?",      \
     "introduction-unshare"}

/* Where the kernel refuses what the program asks for. */
#define DENIED_FACTS(LOOK, OUTSIDE)                                    \
    {"denied", "where the kernel refuses it a call, nothing runs",     \
     command_does_not_run, NULL, LOOK, "introduction-scripts"},        \
    {"fails", "and your program does not end with 0",                  \
     status_is_a_failure, NULL, LOOK, "introduction-scripts"},         \
    {"harmless", "and outside nothing changes", outside_is_as_it_was,  \
     NULL, OUTSIDE, "introduction-scripts"}

/* Of a program that prints. */
#define LEFT_FACT(CALL, READ)                                          \
    {"left", "no process of yours is left", no_process_left, NULL,     \
     LEFT(CALL), READ}

/* Of one that looks at a process, and is given a number that none has.
 */
#define NO_PROCESS_FACTS(CALL, READ)                                   \
    {"missing", "for a process that does not exist it ends with 1",    \
     status_is, "1", CALL "; echo $?", READ},                          \
    {"silent", "and prints nothing on stdout", nothing_printed, NULL,  \
     CALL " 2>/dev/null", READ},                                       \
    {"message", "but a message on stderr", complains, NULL, CALL,      \
     READ},                                                            \
    {"gone", "and then, too, no process of yours is left",             \
     no_process_left, NULL, LEFT(CALL " 2>/dev/null"), READ}
/* clang-format on */

#endif
