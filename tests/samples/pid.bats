#!/usr/bin/env bats
# pid.bats - checks code-samples/pid, shown in docs/pid.rst
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# inside COMMAND [ARG]...: run a command as a child of process 1 of a new pid namespace
# with a /proc of its own
inside() {
    unshare --mount-proc --pid --fork sh -c '"$@"; exit $?' sh "$@"
}

# nested LINE: process $nested runs a line of shell as process 1 of a pid namespace that
# lies in another, both new
nested() {
    unshare --pid --fork unshare --pid --fork sh -c "$1" 3>&- 4>&- &
    local middle=''
    nested=''
    until [ -n "$middle" ]; do
        read -r middle <"/proc/$!/task/$!/children" || :
    done
    until [ -n "$nested" ]; do
        read -r nested <"/proc/$middle/task/$middle/children" || :
    done
}

# ---- show_numbers ----

@test "show_numbers: a process of this pid namespace has one number" {
    run -0 pid/show_numbers $$
    [ "$output" = "pid $$" ]
}

@test "show_numbers: a process two levels below has three, this level's first" {
    nested 'exec sleep 1000'
    becomes sleep "$nested"
    run pid/show_numbers "$nested"
    end "$nested"
    wait
    settled
    [[ $output =~ ^"pid $nested"$'\n'"  pid "[0-9]+$'\n'"    pid 1"$ ]]
}

@test "show_numbers: in a pid namespace the numbers outside are not told" {
    run -0 inside pid/show_numbers self
    [[ $output =~ ^"pid "[0-9]+$ ]]
    run -0 inside pid/show_numbers 1
    [ "$output" = 'pid 1' ]
}

@test "show_numbers: it is the /proc of the pid namespace that counts" {
    run -0 unshare --pid --fork pid/show_numbers self
    [[ $output =~ ^"pid "[0-9]+$'\n'"  pid 1"$ ]]
}

@test "show_numbers: an ordinary user may ask, too" {
    run -0 as_reader pid/show_numbers 1
    [ "$output" = 'pid 1' ]
}

@test "show_numbers: who is not there is named" {
    refused 1 'show_numbers: fopen: /proc/4194304/status: No such file or directory' \
        pid/show_numbers 4194304
    run -0 unshare --mount sh -c 'mount -t tmpfs none /proc; mkdir /proc/1
        echo State: R >/proc/1/status; pid/show_numbers 1 2>&1 || echo $?'
    [ "$output" = $'show_numbers: /proc/1/status: no line NSpid:\n1' ]
}

@test "show_numbers: a wrong call prints the usage and exits 2" {
    usage='usage: show_numbers PID'
    refused 2 "$usage" pid/show_numbers
    refused 2 "$usage" pid/show_numbers 1 2
    refused 2 "$usage" pid/show_numbers -1
}

# ---- number_children ----

@test "number_children: the children are 1 and 2, without a parent" {
    run -0 pid/number_children
    [ "${lines[2]}" = 'first child, to itself: pid 1' ]
    [ "${lines[3]}" = 'first child, its parent: pid 0' ]
    [ "${lines[5]}" = 'second child, to itself: pid 2' ]
    [ "${lines[6]}" = 'second child, its parent: pid 0' ]
    [ "${#lines[@]}" -eq 8 ]
}

@test "number_children: the caller has other numbers for them" {
    run -0 pid/number_children
    local own=${lines[0]##* } one=${lines[4]##* } two=${lines[7]##* }
    [[ ${lines[4]} == 'first child, to me: pid '* && $one -gt 2 && $one -ne $own ]]
    [[ ${lines[7]} == 'second child, to me: pid '* && $two -gt 2 && $two -ne $one ]]
}

@test "number_children: it keeps its own number" {
    run -0 sh -c 'echo $$; exec pid/number_children'
    [ "${lines[1]}" = "before: I am pid ${lines[0]}" ]
    [ "${lines[2]}" = "after: I am pid ${lines[0]}" ]
}

@test "number_children: no child is left, where SIGCHLD is ignored either" {
    run -0 timeout 20 env --ignore-signal=CHLD pid/number_children
    settled
    [ "${#lines[@]}" -eq 8 ]
}

@test "number_children: an ordinary user is refused" {
    capture as_reader pid/number_children
    [[ $status -eq 1 && $output == 'before: I am pid '+([0-9]) ]]
    [ "$stderr" = 'number_children: unshare: Operation not permitted' ]
}

@test "number_children: a wrong call prints the usage and exits 2" {
    refused 2 'usage: number_children' pid/number_children 1
}

# ---- tell_pids ----

@test "tell_pids: from outside nobody has a number inside" {
    run -0 pid/tell_pids
    [ "${lines[0]}" = 'inside: a message from pid 0' ]
    [ "${lines[1]}" = 'inside: a signal from pid 0' ]
}

@test "tell_pids: from inside comes the number that the receiver has" {
    run -0 pid/tell_pids
    [[ ${lines[4]} =~ ^"outside: the child was pid "([0-9]+)$ ]]
    [ "${BASH_REMATCH[1]}" -gt 2 ]
    [ "${lines[2]}" = "outside: a signal from pid ${BASH_REMATCH[1]}" ]
    [ "${lines[3]}" = "outside: a message from pid ${BASH_REMATCH[1]}" ]
}

@test "tell_pids: the child is in a pid namespace, and in no other new one" {
    run -0 strace --follow-forks --trace=unshare,clone --quiet=attach,exit \
        --signal=none pid/tell_pids
    [[ $output == *'unshare(CLONE_NEWPID)'* ]]
}

@test "tell_pids: no child is left, where SIGCHLD is ignored either" {
    run -0 timeout 20 env --ignore-signal=CHLD pid/tell_pids
    settled
    [ "${#lines[@]}" -eq 5 ]
}

@test "tell_pids: an ordinary user is refused" {
    refused 1 'tell_pids: unshare: Operation not permitted' as_reader pid/tell_pids
}

@test "tell_pids: a wrong call prints the usage and exits 2" {
    refused 2 'usage: tell_pids' pid/tell_pids 1
}

# ---- lock_file ----

@test "lock_file: inside, whoever is outside has the number 0" {
    run -0 pid/lock_file "$other/file"
    [ "${lines[0]}" = 'inside: locked by pid 0' ]
}

@test "lock_file: outside, whoever is inside has another number than there" {
    run -0 pid/lock_file "$other/file"
    [[ ${lines[1]} =~ ^"outside: locked by pid "([0-9]+)$ ]]
    [[ ${BASH_REMATCH[1]} -gt 2 && ${#lines[@]} -eq 2 ]]
}

@test "lock_file: no lock and no child is left, where SIGCHLD is ignored either" {
    run -0 timeout 20 env --ignore-signal=CHLD pid/lock_file "$other/file"
    settled
    run -0 pid/lock_file "$other/file"
}

@test "lock_file: a lock that is in the way is refused" {
    refused 1 'lock_file: fcntl: F_SETLK: Resource temporarily unavailable' \
        perl -e 'use Fcntl; open(F, "+<", $ARGV[0]) or die; $^F = 9;
            my $lock = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 1, 0);
            fcntl(F, F_SETLK, $lock) or die;
            system("pid/lock_file", $ARGV[0]); exit $? >> 8' "$other/file"
}

@test "lock_file: what it cannot open is named" {
    refused 1 'lock_file: open: /no/such: No such file or directory' \
        pid/lock_file /no/such
    refused 1 'lock_file: open: /etc/passwd/no: Not a directory' pid/lock_file /etc/passwd/no
}

@test "lock_file: an ordinary user is refused" {
    chmod 666 "$other/file"
    chmod 755 "$BATS_RUN_TMPDIR" "$other"
    refused 1 'lock_file: unshare: Operation not permitted' \
        as_reader pid/lock_file "$other/file"
}

@test "lock_file: a wrong call prints the usage and exits 2" {
    usage='usage: lock_file PATH'
    refused 2 "$usage" pid/lock_file
    refused 2 "$usage" pid/lock_file a b
    refused 2 "$usage" pid/lock_file -a
}

# ---- translate_pid ----

# newer: the kernel has the call
newer() {
    local release
    read -r release </proc/sys/kernel/osrelease
    printf '%s\n%s\n' 6.11 "${release%%-*}" | sort --version-sort --check=silent ||
        skip 'linux >= 6.11'
}

@test "translate_pid: a number from outside becomes the number inside" {
    newer
    nested 'exec sleep 1000'
    becomes sleep "$nested"
    run pid/translate_pid into "/proc/$nested/ns/pid" "$nested"
    local inner=$output
    run pid/translate_pid from "/proc/$nested/ns/pid" 1
    end "$nested"
    wait
    settled
    [[ $inner == 'pid 1' && $output == "pid $nested" ]]
}

@test "translate_pid: inside, who is further in has the number that is told there" {
    newer
    run -0 unshare --mount-proc --pid --fork sh -c '
        unshare --pid --fork sleep 1000 &
        outer=
        until [ "$outer" ]; do read -r outer </proc/$!/task/$!/children; done
        pid/translate_pid from "/proc/$outer/ns/pid" 1
        echo "pid $outer"'
    [ "${lines[0]}" = "${lines[1]}" ]
}

@test "translate_pid: who has no number there has none" {
    newer
    nested 'exec sleep 1000'
    becomes sleep "$nested"
    capture pid/translate_pid into "/proc/$nested/ns/pid" $$
    local link=/proc/$nested/ns/pid
    end "$nested"
    wait
    settled
    [[ $stderr == "translate_pid: ioctl: $link $$: No such process" ]]
    refused 1 'translate_pid: ioctl: /proc/self/ns/pid 4194304: No such process' \
        pid/translate_pid from /proc/self/ns/pid 4194304
}

@test "translate_pid: 0 is nobody" {
    newer
    refused 1 'translate_pid: ioctl: /proc/self/ns/pid 0: No such process' \
        pid/translate_pid from /proc/self/ns/pid 0
}

@test "translate_pid: what is no pid namespace is refused" {
    newer
    refused 1 'translate_pid: ioctl: /proc/self/ns/net 1: Invalid argument' \
        pid/translate_pid from /proc/self/ns/net 1
    refused 1 'translate_pid: open: /no/such: No such file or directory' \
        pid/translate_pid from /no/such 1
}

@test "translate_pid: a wrong call prints the usage and exits 2" {
    usage='usage: translate_pid into|from PIDNS PID'
    refused 2 "$usage" pid/translate_pid
    refused 2 "$usage" pid/translate_pid into /proc/self/ns/pid
    refused 2 "$usage" pid/translate_pid to /proc/self/ns/pid 1
    refused 2 'translate_pid: 1x: Invalid argument' \
        pid/translate_pid into /proc/self/ns/pid 1x
    refused 2 'translate_pid: 4294967297: Numerical result out of range' \
        pid/translate_pid into /proc/self/ns/pid 4294967297
}
