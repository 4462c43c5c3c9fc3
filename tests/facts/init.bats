#!/usr/bin/env bats
# init.bats - sentences of docs/init.rst, put to the kernel
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# begin COMMAND [ARG]...: have "sleep 1000" at the end of it be process 1 of a new pid
# namespace; outer is its parent, init its number here
begin() {
    unshare --pid --fork "$@" sleep 1000 3>&- 4>&- &
    outer=$!
    until init=$(pgrep --parent "$outer" --exact sleep); do :; done
}

finish() {
    kill -KILL "$init"
    wait "$outer" || :
}

# untouched PID: a process sleeps, and no signal is on its way to it
untouched() {
    local status
    status=$(grep -E '^(State|SigPnd|ShdPnd)' "/proc/$1/status")
    [[ $status == $'State:\tS (sleeping)\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000000' ]] || {
        echo "$status"
        return 1
    }
}

# in_state STATE PID: wait until a process is in a state
in_state() {
    until grep -q "^State:.$1" "/proc/$2/status"; do :; done
}

@test "process 1 gets the signals for which it has a handler" {
    run -0 unshare --pid --fork perl -e '@all = qw(HUP INT QUIT USR1 USR2 PIPE ALRM TERM CHLD);
        $SIG{$_} = sub { push @got, $_[0] } for @all; kill $_ => $$ for @all; print "@got"'
    [ "$output" = 'HUP INT QUIT USR1 USR2 PIPE ALRM TERM CHLD' ]
}

@test "Where another process would die or stop of such a signal, nothing happens" {
    local signal
    for signal in HUP INT QUIT ILL TRAP ABRT BUS KILL USR1 SEGV USR2 PIPE ALRM TERM; do
        run env --default-signal perl -e 'kill $ARGV[0] => $$; print "alive"' "$signal"
        [ "$status" -gt 128 ]
        run -0 env --default-signal unshare --pid --fork \
            perl -e 'kill $ARGV[0] => $$; print "alive"' "$signal"
        [ "$output" = alive ]
    done
    run -0 unshare --pid --fork perl -e 'kill $_ => $$ for 1 .. 31; print "alive"'
    [ "$output" = alive ]
}

@test "a kill -KILL 1 by nsenter does nothing" {
    begin
    nsenter --target "$init" --pid sh -c 'kill -KILL 1'
    untouched "$init"
    finish
}

@test "To a process of an ancestor namespace, SIGKILL and SIGSTOP are as strong as elsewhere" {
    unshare --pid --fork unshare --pid --fork --kill-child sleep 1000 3>&- 4>&- &
    outer=$!
    until init=$(pgrep --exact sleep); do :; done
    run -0 grep -E '^NSpid:.*[0-9]+.[0-9]+.1$' "/proc/$init/status"
    kill -STOP "$init"
    in_state T "$init"
    finish
    [ ! -e "/proc/$init" ]
}

@test "The rest is up to the handlers again" {
    local signal
    begin
    for signal in {1..31}; do
        [[ $signal == @(9|19) ]] || kill -"$signal" "$init"
    done
    untouched "$init"
    finish
    unshare --pid --fork perl -e '$SIG{TERM} = sub { exit 7 }; sleep 1000' 3>&- 4>&- &
    outer=$!
    until init=$(pgrep --parent "$outer" --exact perl); do :; done
    until grep -q '^SigCgt:.*4...$' "/proc/$init/status"; do :; done
    kill -TERM "$init"
    status=0
    wait "$outer" || status=$?
    [ "$status" -eq 7 ]
}

@test "A fault of its own, such as a wrong pointer, ends it here, too" {
    run -139 unshare --pid --fork perl -e 'unpack "p", pack "L!", 1'
}

@test "Seen from there, it is the group 0, and the session is 0 as well" {
    run -0 unshare --pid --fork --mount-proc ps --no-headers --format pgid,sid --pid 1
    [[ $output == +(' ')0+(' ')0 ]]
    run -0 unshare --pid --fork perl -e 'print getpgrp'
    [ "$output" = 0 ]
}

@test "and keeps its number so long" {
    run -0 perl -e 'exit unless $p = fork;
        do { open(S, "<", "/proc/$p/stat"); $_ = <S> } until /\) Z/;
        print kill(0, $p) ? "there" : "gone"; waitpid $p, 0;
        print kill(0, $p) ? " there" : " gone"'
    [ "$output" = 'there gone' ]
}

# parent_of PID
parent_of() {
    sed -n 's/^PPid:.//p' "/proc/$1/status"
}

@test "gets another parent: process 1 of the pid namespace in which the first one was" {
    begin
    nsenter --target "$init" --pid sleep 1000 3>&- 4>&- &
    local entered=$! inside orphan
    until inside=$(pgrep --parent "$entered" --exact sleep); do :; done
    kill -KILL "$entered"
    wait "$entered" || :
    run -0 parent_of "$inside"
    [ "$output" -eq 1 ]
    nsenter --target "$init" --pid sh -c 'sleep 1000 >/dev/null 2>&1 3>&- 4>&- &'
    read -r orphan <"/proc/$init/task/$init/children" || :
    run -0 grep -E "^NSpid:.$orphan.[0-9]+$" "/proc/$orphan/status"
    finish
    settled
}

@test "The orphan has ended, and process 1 gets SIGCHLD" {
    run -0 unshare --pid --fork perl -e 'pipe GATE, OPEN;
        unless ($child = fork) { close OPEN; exit if fork; <GATE>; exit 7 }
        waitpid $child, 0; $SIG{CHLD} = sub { $told = 1 };
        close OPEN; 1 until $told; waitpid -1, 0; print $? >> 8'
    [ "$output" = 7 ]
}

@test "The limit of a user, ulimit -u, counts zombies as well" {
    run -0 as_reader prlimit --nproc=40 perl -e '
        while (defined($p = fork)) { exit unless $p; push @all, $p }
        for (@all) { do { open(S, "<", "/proc/$_/stat"); $s = <S> } until $s =~ /\) Z/ }
        print defined fork ? "forked" : "$!"; waitpid $all[0], 0;
        $p = fork; exit if defined $p && !$p; print defined $p ? ", forked" : ", $!"'
    settled
    [ "$output" = 'Resource temporarily unavailable, forked' ]
}

@test "comes before process 1, and the nearest one comes first" {
    run -0 init/be_init init/be_init sh -c 'init/make_orphans live 1
        parent=$(ps --format ppid= -C make_orphans); echo $((parent - PPID))'
    [ "$output" = 0 ]
}

@test "An interactive shell behaves in the same way: the first program that it starts works" {
    run bash -c 'printf "uname\nuname\nexit\n" | unshare --pid bash --norc -i'
    [ "$(grep -c '^Linux$' <<<"$output")" -eq 1 ]
    [[ $output == *'fork: Cannot allocate memory'* ]]
    echo 'uname' >"$other/start"
    run bash -c 'printf "uname\nexit\n" | unshare --pid bash --rcfile "$1" -i' - "$other/start"
    rm "$other/start"
    [ "$(grep -c '^Linux$' <<<"$output")" -eq 1 ]
    [[ $output == *'fork: Cannot allocate memory'* ]]
}

@test "process 1 stays, and another SIGKILL does nothing to it" {
    begin
    nsenter --target "$init" --pid tail --follow /dev/null 3>&- 4>&- &
    local late=$! inside
    until inside=$(pgrep --parent "$late" --exact tail); do :; done
    kill -STOP "$late"
    kill -KILL "$init"
    in_state Z "$inside"
    kill -KILL "$init"
    run -124 timeout 2 tail --follow --pid="$init" /dev/null
    kill -CONT "$late"
    wait "$late" || :
    wait "$outer" || :
    [ ! -e "/proc/$init" ]
}

@test "its status says SIGHUP where the call was to restart, and SIGINT where it was to halt or to turn off" {
    local call='$$ == 1 or die; syscall(169, 0xfee1dead, 672274793, hex $ARGV[0])'
    run -129 unshare --pid --fork perl -e "$call" 0x1234567
    run -130 unshare --pid --fork perl -e "$call" 0xcdef0123
    run -130 unshare --pid --fork perl -e "$call" 0x4321fedc
    run -129 unshare --pid --fork perl -e '$SIG{HUP} = sub { print "handled"; exit };'"$call" 0x1234567
    [ -z "$output" ]
}

@test "The call needs CAP_SYS_BOOT in the user namespace that owns the pid namespace" {
    local call='$$ == 1 or die; syscall(169, 0xfee1dead, 672274793, 0x1234567); print "$!"'
    run -129 as_reader unshare --map-root-user --pid --fork perl -e "$call"
    run -0 unshare --pid --fork setpriv --bounding-set=-sys_boot --inh-caps=-sys_boot \
        perl -e "$call"
    [ "$output" = 'Operation not permitted' ]
    run -0 unshare --pid --fork unshare --map-root-user perl -e "$call"
    [ "$output" = 'Operation not permitted' ]
}

@test "SIGTERM, again, has no effect on a process 1 without a handler" {
    begin --kill-child=TERM
    kill -KILL "$outer"
    wait "$outer" || :
    untouched "$init"
    kill -KILL "$init"
    while [ -e "/proc/$init" ]; do :; done
}

@test "And a change of user takes it away again, so ask after that" {
    local user=(--reuid reader --regid reader --clear-groups)
    begin setpriv --pdeathsig KILL setpriv "${user[@]}"
    kill -KILL "$outer"
    wait "$outer" || :
    untouched "$init"
    kill -KILL "$init"
    while [ -e "/proc/$init" ]; do :; done
    begin setpriv "${user[@]}" setpriv --pdeathsig KILL
    kill -KILL "$outer"
    wait "$outer" || :
    while [ -e "/proc/$init" ]; do :; done
}

# two_below PROGRAM [ARG]...: begin, where process 1 waits for a child that sleeps; inner
# is the number of that
two_below() {
    unshare --pid --fork "$@" 3>&- 4>&- &
    outer=$!
    until inner=$(pgrep --exact sleep); do :; done
    init=$(ps --no-headers --format ppid --pid "$inner")
    init=${init// /}
}

@test "somebody outside who started a program inside, or traces one, and does not wait for it" {
    two_below sh -c 'sleep 1000; :'
    strace --output=/dev/null --attach="$inner" 3>&- 4>&- &
    until grep -q "^TracerPid:.$!\$" "/proc/$inner/status"; do :; done
    kill -STOP $!
    in_state T $!
    kill -KILL "$init"
    run -124 timeout 2 tail --follow --pid="$init" /dev/null
    kill -KILL $!
    wait $! "$outer" || :
    while [ -e "/proc/$init" ]; do :; done
}

@test "called like this, all live on when their parent is killed; tini has an option for that, -p" {
    two_below tini -p SIGKILL -- sleep 1000
    kill -KILL "$outer"
    wait "$outer" || :
    while [ -e "/proc/$inner" ]; do :; done
}

@test "unshare blocks that signal while it waits for its child" {
    begin
    run -0 grep -E '^SigBlk:.*[2367abef]$' "/proc/$outer/status"
    finish
}

# autokill PERL [COMMAND]...: make a child with the three flags, or with $flags; then lines
# with its number in $child and its pidfd in $pidfd
autokill() {
    "${@:2}" env flags="${flags-1400001000}" perl -e '$fd = pack("i", -1);
        $args = pack("Q8", hex $ENV{flags}, unpack("Q", pack("p", $fd)), 0, 0, 0, 0, 0, 0);
        $child = syscall(435, $args, 64); $child == -1 and die "clone3: $!\n";
        if ($child == 0) { sleep 1000; exit }
        $pidfd = unpack("i", $fd); eval $ARGV[0]; die $@ if $@' "$1"
}

@test "the child is killed when the last copy of that is closed; an ordinary user has to add CLONE_NNP" {
    since 7.1
    run -0 autokill 'print kill(0, $child) ? "there" : "gone"; syscall(3, $pidfd);
        1 while kill(0, $child); print ", $!"'
    [ "$output" = 'there, No such process' ]
    run -137 autokill '$| = 1; print $child; kill KILL => $$'
    while kill -0 "${output%%$'\n'*}" 2>/dev/null; do :; done
    run -0 autokill 'pipe GATE, OPEN; unless ($copy = fork) { close OPEN; <GATE>; exit }
        syscall(3, $pidfd); print kill(0, $child) ? "there" : "gone"; close OPEN;
        1 while kill(0, $child); print ", $!"'
    [ "$output" = 'there, No such process' ]
    run ! autokill '' as_reader
    [ "$output" = 'clone3: Operation not permitted' ]
    flags=1c00001000 run -0 autokill 'print "made"' as_reader
    [ "$output" = made ]
    settled
}

@test "All descriptors of a process are closed when it ends, however it ends" {
    run -0 perl -e 'pipe IN, OUT; unless ($p = fork) { sleep 1000; exit }
        close OUT; kill KILL => $p; print defined(<IN>) ? "line" : "end"; waitpid $p, 0'
    [ "$output" = end ]
}

@test "a signal that is blocked waits, even for process 1, and needs no handler" {
    run -0 unshare --pid --fork perl -MPOSIX -e '$set = POSIX::SigSet->new(SIGTERM);
        sigprocmask(SIG_BLOCK, $set); kill TERM => $$; $there = POSIX::SigSet->new;
        sigpending($there); print $there->ismember(SIGTERM)'
    [ "$output" = 1 ]
    run -143 unshare --pid --fork init/be_init sh -c 'kill -TERM 1; sleep 1000'
}

@test "The command leads a group of its own, which has the terminal" {
    run -0 script --quiet --return --command 'init/be_init perl -MPOSIX -e "
        print getpgrp == \$\$ ? q(leads) : q(follows), tcgetpgrp(0) == \$\$ ? q( it) : q( not)"' \
        /dev/null
    [[ $output == 'leads it' ]]
}
