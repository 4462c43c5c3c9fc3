#!/usr/bin/env bats
# pid.bats - sentences of docs/pid.rst, put to the kernel
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# sleeper OPTION...: process $sleeper sleeps in namespaces made by options of unshare(1)
sleeper() {
    unshare "$@" --fork sleep 1000 3>&- 4>&- &
    sleeper=''
    until [ -n "$sleeper" ]; do
        read -r sleeper <"/proc/$!/task/$!/children" || :
    done
    becomes sleep "$sleeper"
}

# over: end the process that sleeper has started, and who waits for it
over() {
    kill -KILL "$sleeper"
    wait || :
    settled
}

# in_new COMMAND [ARG]...: run a command as process 1 of a pid namespace with its proc
in_new() {
    unshare --mount-proc --pid --fork "$@"
}

# numbers FILE: the numbers of the line NSpid
numbers() {
    sed -n 's/^NSpid:[[:blank:]]*//p' "$1"
}

@test "A pid namespace hands out process numbers, from 1 upwards" {
    run -0 in_new bash -c 'echo $$; sh -c "echo \$\$"; sh -c "echo \$\$"; :'
    [ "$output" = $'1\n2\n3' ]
}

@test "A process has a number in its own pid namespace, in the parent of that, and so on up to the first" {
    run -0 unshare --pid --fork unshare --pid --fork sed -n 's/^NSpid://p' /proc/self/status
    read -r -a found <<<"$output"
    [[ ${#found[@]} -eq 3 && ${found[2]} -eq 1 && ${found[1]} -eq 2 && ${found[0]} -gt 2 ]]
}

@test "It has no number further in" {
    run -0 unshare --pid --fork sh -c \
        'unshare --pid --fork sh -c "kill -0 \$1 2>&1 || echo none" sh "$$"; kill -0 $$ && echo here'
    [[ $output != *none*none* ]]
    run -0 unshare --pid --fork bash -c 'sleep 0 & wait; sleep 1000 &
        unshare --pid --fork bash -c "kill -0 $! 2>/dev/null || echo none"; kill -KILL $!'
    [ "$output" = none ]
}

@test "From outside one sees all that is further in, each with a number" {
    sleeper --pid --mount-proc
    run -0 pgrep -x sleep
    over
    [ "$output" = "$sleeper" ]
}

@test "From inside, nobody who is outside has one" {
    run -0 in_new bash -c 'echo /proc/[0-9]*'
    [ "$output" = /proc/1 ]
}

@test "Such a process is told that its parent is 0, if that one is outside" {
    run -0 unshare --pid --fork sh -c 'echo $PPID; sh -c "echo \$PPID"; :'
    [ "$output" = $'0\n1' ]
}

@test "What is further out than /proc is not in the line" {
    run -0 in_new grep NSpid /proc/self/status
    [ "$output" = $'NSpid:\t1' ]
}

@test "Process 1 takes all others with it when it ends, and is not gone before they are" {
    run -0 perl -e 'use POSIX ":sys_wait_h";
        syscall(272, 0x20000000) == 0 or die "unshare: $!";
        for (0, 1) { $child[$_] = fork // die; if (!$child[$_]) { sleep 1000 while 1 } }
        kill KILL => $child[0];
        my $state = "";
        until ($state eq "Z") {
            open(my $f, "<", "/proc/$child[1]/stat") or die "$!";
            <$f> =~ /\) (.)/ and $state = $1;
        }
        print waitpid($child[0], WNOHANG), "\n";
        print waitpid($child[1], 0) == $child[1] ? "second\n" : "none\n";
        print waitpid($child[0], 0) == $child[0] ? "first\n" : "none\n";'
    [ "$output" = $'0\nsecond\nfirst' ]
}

@test "Up to Linux 7.0, such a pid namespace cannot be looked at: the link leads nowhere, and readlink(1) says nothing" {
    capture unshare --pid readlink /proc/self/ns/pid_for_children
    if at_least 7.1; then
        [[ $status -eq 0 && $output == 'pid:['* ]]
    else
        [[ $status -eq 1 && -z $output && -z $stderr ]]
    fi
}

@test "ps, top and pgrep(1) have no call of the kernel that would list processes" {
    run -1 unshare --mount sh -c 'mount -t tmpfs none /proc; pgrep -x init'
    run unshare --mount sh -c 'mount -t tmpfs none /proc; ps -e'
    [[ $output != *init* ]]
    run unshare --mount sh -c 'mount -t tmpfs none /proc; TERM=dumb top -b -n 1'
    [[ $output != *init* ]]
    run -0 env TERM=dumb top -b -n 1 -p 1
    [[ $output == *init* ]]
}

@test "And a proc file system belongs to one pid namespace, for which it was mounted, whoever looks at it" {
    sleeper --pid --mount-proc
    run -0 bash -c "echo /proc/$sleeper/root/proc/[0-9]*"
    over
    [ "$output" = "/proc/$sleeper/root/proc/1" ]
}

@test "It attaches to a process by the number that it has where strace runs" {
    local line='' tracer
    sleeper --pid --mount-proc
    strace --output=/dev/null --attach="$sleeper" 3>&- 4>&- 2>/dev/null &
    tracer=$!
    until [[ $line =~ TracerPid:[[:blank:]]*$tracer$ ]]; do
        line=$(grep TracerPid "/proc/$sleeper/status")
    done
    end "$tracer"
    capture nsenter --target "$sleeper" --pid --mount strace --attach="$sleeper"
    over
    [[ $stderr == *'No such process' ]]
}

@test "setns(2) moves the children to come" {
    sleeper --pid --mount-proc
    run -0 nsenter --no-fork --target "$sleeper" --pid readlink /proc/self/ns/pid
    local own=$output
    run -0 nsenter --target "$sleeper" --pid readlink /proc/self/ns/pid
    [ "$output" = "$(readlink "/proc/$sleeper/ns/pid")" ]
    over
    [ "$own" = "$(readlink /proc/self/ns/pid)" ]
}

@test "The kernel keeps the locks apart by processes, and not by numbers" {
    cat >"$scratch/lock" <<'END'
use Fcntl;
open(my $file, "+<", $ARGV[0]) or die "$!";
my $lock = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0);
print $$, fcntl($file, F_SETLK, $lock) ? " locked\n" : " $!\n";
close(STDOUT);
my $more = $ARGV[1] ? <STDIN> : "";
END
    coproc HOLDER { exec 2>/dev/null
        unshare --pid --fork perl "$scratch/lock" "$other/file" wait; }
    local first pid=$HOLDER_PID in=${HOLDER[1]}
    read -r first <&"${HOLDER[0]}"
    run -0 unshare --pid --fork perl "$scratch/lock" "$other/file"
    echo end >&"$in"
    wait "$pid"
    rm "$scratch/lock"
    [[ $first == '1 locked' && $output == '1 Resource temporarily unavailable' ]]
}

@test "In the second listing root of the container has set it for everybody, and it remains so when the container is gone" {
    local before
    read -r before </proc/sys/kernel/pid_max
    in_new sh -c 'echo 12345 >/proc/sys/kernel/pid_max'
    run -0 cat /proc/sys/kernel/pid_max
    echo "$before" >/proc/sys/kernel/pid_max
    if at_least 6.14; then
        [ "$output" = "$before" ]
    else
        [ "$output" = 12345 ]
    fi
}

@test "Whoever reaches it gets numbers from below again" {
    local before numbers
    read -r before </proc/sys/kernel/pid_max
    echo 5000 >/proc/sys/kernel/pid_max
    echo 4990 >/proc/sys/kernel/ns_last_pid
    numbers=$(for ((i = 0; i < 20; i++)); do (echo "$BASHPID"); done)
    echo "$before" >/proc/sys/kernel/pid_max
    run -0 sort -n <<<"$numbers"
    [[ ${lines[0]} -lt 4990 && ${lines[-1]} -gt 4990 && ${lines[-1]} -lt 5000 ]]
}

@test "unshare and setns move the children to come" {
    run -0 bash -c 'echo $$; exec unshare --pid sh -c "echo \$\$"'
    [ "${lines[0]}" = "${lines[1]}" ]
}

@test "A process whose children are to be born elsewhere cannot unshare once more" {
    run -0 perl -e 'syscall(272, 0x20000000) == 0 or die "unshare: $!";
        my $child = fork // die;
        if (!$child) { sleep 1000 while 1 }
        print syscall(272, 0x20000000) == -1 && $!{EINVAL} ? "no\n" : "yes\n";
        kill KILL => $child;
        waitpid $child, 0;'
    [ "$output" = no ]
}

@test "With --fork it is a child that does it" {
    fails 'Invalid argument' unshare --pid unshare --pid true
    unshare --pid --fork unshare --pid true
}

@test "the proc of a container is below the root of a process that sees it" {
    local inside
    sleeper --pid --mount-proc
    nsenter --target "$sleeper" --pid sleep 1000 3>&- 4>&- &
    inside=''
    until [ -n "$inside" ]; do
        read -r inside <"/proc/$!/task/$!/children" || :
    done
    becomes sleep "$inside"
    run -0 cat "/proc/$sleeper/root/proc/1/comm" "/proc/$inside/root/proc/1/comm"
    over
    [ "$output" = $'sleep\ninit' ]
}

@test "a proc can be mounted for a pid namespace further in" {
    since 6.18
    sleeper --pid
    run -0 unshare --mount sh -c \
        "mount -t proc -o pidns=/proc/$sleeper/ns/pid proc /mnt; cat /mnt/1/comm"
    local inner=$output
    capture unshare --mount --pid --fork mount -t proc -o pidns=/proc/1/ns/pid proc /mnt
    over
    [[ $inner == sleep && $status -ne 0 && $stderr == *non-descendant* ]]
}

@test "has an owner, whom F_GETLK names to another process that it is in the way of" {
    cat >"$scratch/lock" <<'END'
use Fcntl;
open(my $file, "+<", $ARGV[0]) or die "$!";
my $form = "s s x4 q q l x4";
fcntl($file, F_SETLK, pack($form, F_WRLCK, 0, 0, 0, 0)) or die "$!";
my $child = fork // die;
if (!$child) {
    my $lock = pack($form, F_WRLCK, 0, 0, 0, 0);
    fcntl($file, F_GETLK, $lock) or die "$!";
    print +(unpack($form, $lock))[4] == getppid() ? "the owner\n" : "another\n";
    exit;
}
waitpid $child, 0;
END
    run -0 perl "$scratch/lock" "$other/file"
    rm "$scratch/lock"
    [ "$output" = 'the owner' ]
}

@test "He was root of the machine, too: root of a user namespace could not" {
    capture setpriv --reuid 1000 --regid 1000 --clear-groups unshare --user --map-root-user \
        --pid --fork --mount-proc sh -c 'echo 12345 >/proc/sys/kernel/pid_max'
    if at_least 6.14; then
        [ "$status" -eq 0 ]
    else
        [[ $status -ne 0 && $stderr == *'Permission denied'* ]]
    fi
}
