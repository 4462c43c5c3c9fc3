#!/usr/bin/env bats
# init.bats - checks code-samples/init, shown in docs/init.rst
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# What a wrong version leaves would be found by the tests of the next.
eval "book_$(declare -f teardown)"
teardown() {
    local failed=0
    book_teardown || failed=1
    pkill -KILL -x 'be_init|make_orphans|sleep' || :
    return "$failed"
}

# bound COMMAND [ARG]...: what hangs is ended
bound() {
    timeout --kill-after=1 20 "$@" 3>&- 4>&-
}

# await COMMAND [ARG]...: wait until it succeeds; a test fails where it never does
await() {
    local end=$((SECONDS + 20))
    until "$@"; do
        ((SECONDS < end)) || return 1
    done
}

is_settled() {
    read -r -d '' orphans </proc/1/task/1/children || [ "$orphans" = "$orphans_before" ]
}

# settled: as elsewhere, but what a wrong version leaves may never end
settled() {
    await is_settled
}

# cell SITUATION: what compare_inits.sh finds out about be_init; in a file, for an init
# that stays would keep a pipe open
cell() {
    capture bound init/compare_inits.sh "$1" be_init
    [ "$status" -eq 0 ]
    settled
}

# stat_of PID FIELD: a field of its stat, for a program whose name has no space
stat_of() {
    local fields
    read -r -a fields 2>/dev/null <"/proc/$1/stat" && echo "${fields[$2 - 1]}"
}

# has PID FIELD VALUE: is that what its stat has there?
has() {
    [ "$(stat_of "$1" "$2")" = "$3" ]
}

gone() {
    [ ! -e "/proc/$1" ] || has "$1" 3 Z
}

# ended PID: wait for a child of ours; $status is how it ends
ended() {
    status=0
    await gone "$1" || kill -KILL "$1"
    wait "$1" || status=$?
}

# find_both: $first and $command are the PIDs of be_init and sleep(1)
find_both() {
    first=$(pgrep -x be_init) && command=$(pgrep -x sleep)
}

# only_child PID PARENT
only_child() {
    local children
    read -r children <"/proc/$2/task/$2/children" || :
    [ "${children% }" = "$1" ]
}

# zombies_of COUNT PID: are there so many children of it that have ended?
zombies_of() {
    [ "$(pgrep --count --parent "$2" --runstates Z)" -eq "$1" ]
}

# begin COMMAND...: start be_init, with sleep(1) at the end, and wait for that
begin() {
    "$@" 3>&- 4>&- &
    await find_both
}

# on_terminal COMMAND: run it on a terminal that gets what is written to $keyboard and
# shows what is in $other/screen
on_terminal() {
    rm -f "$other/keyboard"
    mkfifo "$other/keyboard"
    : >"$other/screen"
    env --default-signal=INT,QUIT timeout --kill-after=1 30 \
        script --quiet --flush --return --command "$1" /dev/null \
        <"$other/keyboard" >"$other/screen" 3>&- 4>&- &
    terminal=$!
    exec {keyboard}>"$other/keyboard"
}

# shown TEXT: wait until the terminal shows it
shown() {
    await grep -qF -e "$1" "$other/screen"
}

end_terminal() {
    exec {keyboard}>&-
    status=0
    wait "$terminal" || status=$?
    settled
}

# ---- be_init ----

@test "be_init: the status is the command's, or 128 and what killed it" {
    run -7 bound init/be_init sh -c 'exit 7'
    run -143 bound init/be_init sh -c 'kill -TERM $$'
    cell ends
    [ "$output" = '7 143 131' ]
}

@test "be_init: arguments arrive, and a command that is none is named" {
    run -0 bound init/be_init printf '%s|' one 'two words' '' -t
    [ "$output" = 'one|two words||-t|' ]
    refused 127 'be_init: /no/such: No such file or directory' init/be_init /no/such
    refused 126 'be_init: /etc/passwd: Permission denied' init/be_init /etc/passwd
}

@test "be_init: what the caller ignores and blocks, the command does, too" {
    run -0 bound init/be_init grep -E 'Sig(Ign|Blk)' /proc/self/status
    [ "$output" = "$(grep -E 'Sig(Ign|Blk)' /proc/self/status)" ]
    run -0 bound env --ignore-signal=CHLD init/be_init grep SigIgn /proc/self/status
    [ "$output" = "$(env --ignore-signal=CHLD grep SigIgn /proc/self/status)" ]
}

@test "be_init: signals are passed on, by process 1 and elsewhere" {
    cell term
    [ "$output" = 'passed on' ]
    begin init/be_init sleep 1000
    kill -TERM "$first"
    ended "$first"
    [ "$status" -eq 143 ]
    begin init/be_init sleep 1000
    kill -USR1 "$first"
    ended "$first"
    [ "$status" -eq 138 ]
}

@test "be_init: a caller that ignores SIGCHLD does no harm" {
    cell ignored
    [ "$output" = 7 ]
}

@test "be_init: who is killed takes the command along" {
    begin init/be_init sleep 1000
    kill -KILL "$first"
    ended "$first"
    [ "$status" -eq 137 ]
    await gone "$command"
}

@test "be_init: process 1 outlives its parent" {
    cell parent
    [ "$output" = 'lives on' ]
}

@test "be_init: orphans become its children, and are collected" {
    run -0 bound init/be_init sh -c 'init/make_orphans live 1 >/dev/null 2>&1 3>&- 4>&-
        ps --format ppid= -C make_orphans; echo $PPID'
    [ "${lines[0]// /}" = "${lines[1]}" ]
    cell orphans
    [ "$output" = '0 left' ]
}

@test "be_init: one SIGCHLD may stand for several orphans" {
    begin init/be_init sh -c 'init/make_orphans live 5; exec sleep 1000'
    kill -STOP "$first"
    await has "$first" 3 T
    pkill -KILL -x make_orphans
    await zombies_of 5 "$first"
    kill -CONT "$first"
    await only_child "$command" "$first"
    kill -TERM "$command"
    ended "$first"
    [ "$status" -eq 143 ]
}

@test "be_init: what ignores SIGTERM is killed, soon or at once" {
    bound init/be_init -t 1 init/make_orphans defy 3
    run ! pgrep -x make_orphans
    bound init/be_init -t 0 init/make_orphans defy 3
    run ! pgrep -x make_orphans
    settled
}

@test "be_init: a daemon gets SIGTERM, and time, from process 1 and elsewhere" {
    cell daemon
    [ "$output" = asked ]
    export scratch
    mkfifo "$scratch/ready"
    bound init/be_init sh -c '(setsid sh -c "
        trap \"echo >$scratch/asked; exit\" TERM
        sleep 1000 & echo >$scratch/ready; wait" &); read -r _ <"$scratch/ready"'
    rm "$scratch/asked" "$scratch/ready"
}

@test "be_init: each process hears SIGTERM once, though others end meanwhile" {
    export scratch
    mkfifo "$scratch/ready" "$scratch/other"
    bound init/be_init -t 3 sh -c 'sh -c "
        trap \"echo term >>$scratch/asked\" TERM
        echo >$scratch/ready; while [ -e $scratch/ready ]; do sleep 1000 & wait; done" &
        read -r _ <"$scratch/ready"; sh -c "
        trap \"until [ -s $scratch/asked ]; do :; done; exit\" TERM
        echo >$scratch/other; sleep 1000 & wait" & read -r _ <"$scratch/other"'
    run -0 cat "$scratch/asked"
    rm "$scratch/asked" "$scratch/ready" "$scratch/other"
    [ "$output" = term ]
}

@test "be_init: what has stopped is continued, to obey" {
    export scratch
    bound init/be_init sh -c 'sh -c "
        trap \"echo >$scratch/asked; exit\" TERM; kill -STOP \$\$; exit" &
        until grep -q "^State:.T" /proc/$!/status; do :; done'
    rm "$scratch/asked"
}

@test "be_init: no SIGTERM where there is no time for it" {
    export scratch
    mkfifo "$scratch/ready"
    bound init/be_init -t 0 sh -c 'sh -c "
        trap \"echo >$scratch/asked; exit\" TERM
        sleep 1000 & echo >$scratch/ready; wait" & read -r _ <"$scratch/ready"'
    [ ! -e "$scratch/asked" ]
    rm "$scratch/ready"
}

@test "be_init: SIGINT ends the time that what is left has" {
    begin init/be_init -t 1000 sh -c 'init/make_orphans defy 1; exec sleep 1000'
    kill -KILL "$command"
    await gone "$command"
    kill -INT "$first"
    ended "$first"
    [ "$status" -eq 137 ]
    run ! pgrep -x make_orphans
}

@test "be_init: whom it may not kill it does not wait for" {
    run -1 bound setpriv --bounding-set=-kill --inh-caps=-kill init/be_init -t 0 \
        bash -c 'setpriv --reuid=reader --regid=reader --clear-groups sleep 1000 \
            >/dev/null 2>&1 3>&- 4>&- & until grep -q sleep /proc/$!/comm; do :; done'
    pkill -x sleep
    settled
    [[ $output == 'be_init: kill: '+([0-9])': Operation not permitted' ]]
}

@test "be_init: on a terminal the command leads, in a group of its own" {
    on_terminal 'exec init/be_init sleep 1000'
    await find_both
    group=$(stat_of "$command" 5) leads=$(stat_of "$command" 8)
    kill -TERM "$first"
    end_terminal
    [ "$status" -eq 143 ]
    [[ $group -eq $command && $leads -eq $command ]]
}

@test "be_init: SIGINT and SIGQUIT of a terminal reach the command" {
    cell keys
    [ "$output" = '130 131' ]
}

@test "be_init: SIGTSTP stops it with the command, and fg lets both go on" {
    cell stop
    [ "$output" = works ]
    on_terminal 'exec sh -i'
    echo 'init/be_init sleep 1000' >&"$keyboard"
    await find_both
    printf '\032' >&"$keyboard"
    await has "$first" 3 T
    echo 'fg; exit' >&"$keyboard"
    await has "$command" 3 S
    await has "$command" 8 "$command"
    kill -TERM "$command"
    end_terminal
    [ "$status" -eq 143 ]
}

@test "be_init: SIGTSTP has no effect where no shell waits" {
    on_terminal 'exec init/be_init sh -c "trap \"echo went on\" CONT; echo ready
        while :; do read -r word && exit 9; done"'
    shown ready
    printf '\032' >&"$keyboard"
    shown 'went on'
    echo end >&"$keyboard"
    end_terminal
    [ "$status" -eq 9 ]
}

@test "be_init: in the background it leaves the terminal alone, and stops as one" {
    on_terminal 'exec sh -i'
    echo 'init/be_init head -n 1 &' >&"$keyboard"
    await pgrep -x be_init >/dev/null
    first=$(pgrep -x be_init)
    await has "$first" 3 T
    shell=$(stat_of "$first" 4)
    run -0 stat_of "$shell" 8
    [ "$output" -eq "$shell" ]
    echo fg >&"$keyboard"
    await has "$first" 3 S
    printf 'a line\nexit 3\n' >&"$keyboard"
    end_terminal
    [ "$status" -eq 3 ]
}

@test "be_init: after the command its caller has the terminal again" {
    on_terminal 'init/be_init true; echo over; read -r word; exit 6'
    shown over
    echo >&"$keyboard"
    end_terminal
    [ "$status" -eq 6 ]
}

@test "be_init: where the terminal goes, it ends" {
    cell hangup
    [ "$output" = ended ]
}

@test "be_init: a command that is stopped goes on by SIGCONT" {
    cell stopped
    [ "$output" = 'goes on' ]
}

@test "be_init: a wrong call prints the usage and exits 2" {
    usage='usage: be_init [-t SECONDS] COMMAND [ARG]...'
    refused 2 "$usage" init/be_init
    refused 2 "$usage" init/be_init -t 1
    refused 2 "$usage" init/be_init -t '' true
    refused 2 "$usage" init/be_init -t -1 true
    refused 2 "$usage" init/be_init -t 1s true
    refused 2 "$usage" init/be_init -t 100000 true
    refused 2 "$usage" init/be_init -x true
}

# ---- make_orphans ----

@test "make_orphans: they are orphans, as many as asked for" {
    run -0 unshare --pid --fork --mount-proc sh -c 'init/make_orphans live 5
        ps --format ppid= -C make_orphans | uniq -c'
    [ "${output// /}" = 51 ]
}

@test "make_orphans: they obey SIGTERM or defy it" {
    run -0 unshare --pid --fork --mount-proc sh -c 'init/make_orphans live 1
        grep SigIgn "/proc/$(pgrep -x make_orphans)/status"'
    (( (16#${output##*[[:space:]]} & 1 << 14) == 0 ))
    run -0 unshare --pid --fork --mount-proc sh -c 'init/make_orphans defy 1
        grep SigIgn "/proc/$(pgrep -x make_orphans)/status"'
    (( (16#${output##*[[:space:]]} & 1 << 14) != 0 ))
}

none_left() {
    ! pgrep -x make_orphans >/dev/null
}

@test "make_orphans: their parent gone, they end, and stay if nobody collects them" {
    member --pid --fork
    nsenter --target "$member" --pid init/make_orphans end 3
    await zombies_of 3 "$member"
    end "$member"
    ended $!
}

@test "make_orphans: none lives on where not all can" {
    refused 1 'make_orphans: fork: Resource temporarily unavailable' \
        as_reader prlimit --nproc=9 init/make_orphans live 20
    await none_left
    settled
}

@test "make_orphans: a wrong call prints the usage and exits 2" {
    usage='usage: make_orphans live|defy|end COUNT'
    refused 2 "$usage" init/make_orphans
    refused 2 "$usage" init/make_orphans end
    refused 2 "$usage" init/make_orphans stay 1
    refused 2 "$usage" init/make_orphans end 0
    refused 2 "$usage" init/make_orphans end 1x
    refused 2 "$usage" init/make_orphans end 4194305
    refused 2 "$usage" init/make_orphans end 1 1
}

# ---- compare_inits.sh ----

@test "compare_inits.sh: a row has what five inits do, below their versions" {
    run -0 timeout 60 init/compare_inits.sh term
    [[ ${lines[3]} == tini+([[:blank:]])+([0-9])* ]]
    [ "$(xargs <<<"${lines[4]}")" = 'be_init tini dumb-init catatonit bash' ]
    [[ ${lines[5]} == 'SIGTERM to it '*([[:blank:]])'passed on'*'nothing' ]]
}

@test "compare_inits.sh: they differ where an orphan is no process 1's" {
    run -0 timeout 60 init/compare_inits.sh elsewhere
    settled
    [ "$(xargs <<<"${lines[5]#*1}")" = 'killed left left left left' ]
}

@test "compare_inits.sh: a wrong call prints the usage and exits 2" {
    usage='usage: compare_inits.sh [SITUATION [INIT]]'
    refused 2 "$usage" init/compare_inits.sh nosuch
    refused 2 "$usage" init/compare_inits.sh .
    refused 2 "$usage" init/compare_inits.sh ''
    refused 2 "$usage" init/compare_inits.sh term nosuch
    refused 2 "$usage" init/compare_inits.sh term bash more
}
