/*
 * looks.h - what to type in the lab, as root, to see a fact
 *
 * A line shows the same each time, but for numbers as the transcripts
 * have them, and something else where the fact does not hold; it leaves
 * the lab as it was. Where two numbers must differ, or be the same, it
 * shows both. CALL is how the program is called, up to its command.
 */
#ifndef LOOKS_H
#define LOOKS_H

/* Whether the command runs, and the status. */
#define RUNS(CALL) CALL "echo it runs; echo $?"

/* The status: of a command, and of one that stops for a while. */
#define STATUS(CALL)                                                   \
    CALL "sh -c 'exit 217'; echo $?; (" CALL                           \
         "sh -c '(sleep 0.3; kill -CONT $$) & kill -STOP $$; "         \
         "exit 3'; echo $?)"

/* The arguments that arrive: odd ones, many, and a long one. */
#define ARGUMENTS_SHOWN(CALL)                                          \
    CALL "printf '%s|' 'two words' '' -- -n $'\\t \\377' $(seq 60) "   \
         "$(seq -s, 400)"

/* What is executed. */
#define EXECUTED(CALL)                                                 \
    "strace -fe execve " CALL "true 2>&1 | grep -o "                   \
    "'execve(\"[^\"]*\"'"

/* What differs in what a command is given, by us and by the program:
 * the caller ignores a signal, blocks another, and opens a file. */
#define GIVEN(CALL)                                                    \
    "(cd /tmp; umask 27; e='env --ignore-signal=HUP "                  \
    "--block-signal=USR2'; diff <($e " GIVEN_SHOWN                     \
    ") <($e " CALL GIVEN_SHOWN "))"
#define GIVEN_SHOWN                                                    \
    "bash -c 'echo $0; pwd; umask; env -u _; "                         \
    "readlink /proc/self/fd/[027]; cut -d\" \" -f6 /proc/self/stat; "  \
    "grep -E \"Sig[BI]|Cap[BPE]\" /proc/self/status; "                 \
    "cat /proc/self/fdinfo/0' </etc/shells 7</"

/* The status where a signal kills the command: KILL, and SEGV, which
 * leaves a core. */
#define KILLED(CALL)                                                   \
    "(cd /tmp; ulimit -c unlimited; for s in 9 11; do " CALL           \
    "sh -c 'kill -$0 $$' $s; echo $?; done; rm -f core*)"

/* Such a signal comes from outside, or is a fault of the command's. */
#define KILLED_FIRST(CALL)                                             \
    "(" CALL "sleep 9 & sleep 1; pkill -9 -P $!; wait $!; echo $?); "  \
    CALL "bash -c 'ulimit -s 200; f() { f; }; f'; echo $?"

/* The namespaces of the command, and those of its children. */
#define CHILDREN(CALL)                                                 \
    CALL "readlink /proc/self/ns/{pid,time}{,_for_children}"

/* What has changed outside: names, mounts. */
#define UNCHANGED(CALL)                                                \
    "(s() { cat /proc/sys/kernel/{host,domain}name; "                  \
    "findmnt -lno TARGET,FSTYPE,PROPAGATION; }; "                      \
    "b=$(s); " CALL "sleep 0.5; diff <(echo \"$b\") <(s))"

/* The namespace of a type: ours, then the command's. */
#define NAMESPACE(CALL, TYPE)                                          \
    "readlink /proc/self/ns/" TYPE "; " CALL                           \
    "readlink /proc/self/ns/" TYPE

/* All types in which the command's namespace is not ours. */
#define NAMESPACES(CALL)                                               \
    "diff <(readlink /proc/self/ns/*) <(" CALL                         \
    "readlink /proc/self/ns/*)"

/* What the command holds open, and stands for a namespace of a type. */
#define HELD(CALL, TYPE)                                               \
    "readlink /proc/self/ns/" TYPE "; " CALL                           \
    "find /proc/self/fd -lname '" TYPE ":*' -printf '%l\\n'"

/* Which processes of the program are left; they are ended. */
#define LEFT(COMMAND)                                                  \
    COMMAND "; pgrep -af ^/book/work/ && pkill -9 -f ^/book/work/"

/* The machine has two mounts more, one on the other. */
#define COVERED(COMMANDS)                                              \
    "d='/tmp/a blank'; mkdir \"$d\"; mount -t tmpfs one \"$d\"; "      \
    "mount -t tmpfs two \"$d\"; " COMMANDS                             \
    "; umount \"$d\" \"$d\"; rmdir \"$d\""

/* Some system calls are refused, with EPERM. */
#define REFUSED(CALLS, COMMANDS)                                       \
    "strace -fqqo /dev/null -e inject=" CALLS ":error=EPERM " COMMANDS

/* No namespace of a type can be made, while this is done. */
#define WITHOUT(TYPE, COMMANDS)                                        \
    "(l=user.max_" TYPE "_namespaces n=$(sysctl -n $l); "              \
    "sysctl -qw $l=0; " COMMANDS "; sysctl -qw $l=$n)"

/* $p is a process in new namespaces, by options of unshare(1). The
 * shell goes on once it is there. */
#define BESIDE(OPTIONS, COMMANDS)                                      \
    "read < <(exec unshare " OPTIONS                                   \
    " sh -c 'echo; exec sleep 99'); p=$!; " COMMANDS "; kill $p"

#endif
