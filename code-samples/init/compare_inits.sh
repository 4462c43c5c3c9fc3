#!/bin/sh
# compare_inits.sh - what five inits do, in twelve situations
#
# usage: compare_inits.sh [SITUATION [INIT]]
# needs: root
#
# Beside be_init, from the folder that this is in, stand tini, dumb-init,
# catatonit and bash. A cell says what the kernel shows: who is left,
# who got a signal, a status.
set -eu

inits='be_init tini dumb-init catatonit bash'
situations='term SIGTERM to it
keys ^C, and ^\, on its terminal
stop ^Z on its terminal, then fg
hangup its terminal goes
ends exit 7, SIGTERM, a core
orphans 500 orphans at once
deaf an orphan ignores SIGTERM
daemon a daemon is left
stopped its child stops; SIGCONT
parent its parent is killed
elsewhere deaf orphan, no process 1
ignored its caller ignores SIGCHLD'

# A cell is a process without a terminal, which is ended if it hangs.
cell() {
    setsid --wait timeout --kill-after=5 60 "$0" "$1" "$2" 2>/dev/null ||
        echo "failed: $?"
}

# All rows, or one.
table() {
    dpkg-query --show tini dumb-init catatonit bash
    # shellcheck disable=SC2086  # a list of words
    printf '\n%-28s%-11s%-11s%-11s%-11s%s\n' '' $inits
    echo "$situations" | grep "^${1-.*} " | while read -r name title; do
        printf '%-28s' "$title"
        for init in $inits; do
            printf '%-11s' "$(cell "$name" "$init")"
        done
        echo
    done | sed 's/ *$//'
}

# ---- what cells are made of ----

# What we wait for comes, or the cell is ended.
await() {
    until "$@"; do
        :
    done
}

# Who is awake, and how often each has been put to sleep.
look() {
    for process; do
        grep -hE 'State|ctxt_switches' "/proc/$process/status" || :
    done 2>/dev/null
}

# All is over when they sleep, and nobody has run between two looks.
over() {
    before=$(look "$@")
    ! echo "$before" | grep -q 'State:.[RD]' &&
        [ "$before" = "$(look "$@")" ]
}

children_of() {
    children=''
    read -r children 2>/dev/null <"/proc/$1/task/$1/children" || :
    [ -n "$children" ]
}

in_state() {
    grep -q "^State:.[$1]" "/proc/$2/status" 2>/dev/null
}

going_on() {
    ! in_state T "$1"
}

gone() {
    [ ! -e "/proc/$1" ] || in_state Z "$1"
}

# A signal wakes whom it is for: asleep again, he has done all he does.
idle() {
    gone "$1" || in_state ST "$1"
}

# Whom it has beside its command has ended, collected or not.
only_zombies() {
    children_of "$1"
    for child in $children; do
        [ "$child" = "$2" ] || gone "$child" || return 1
    done
}

# The init is a child of outer, and its command waits at the gate.
meet() {
    exec 3>gate
    await children_of "$outer"
    init=${children%% *}
    await children_of "$init"
    command=${children%% *}
}

begin() {
    $new "$@" &
    outer=$!
    meet
}

# Open the gate, and see how the init ends.
finish() {
    exec 3>&-
    status=0
    wait "$outer" || status=$?
}

# On a terminal, COMMAND gets what is written to 4.
begin_terminal() {
    mkfifo keyboard
    # In the background, a shell has these two ignored.
    env --default-signal=INT,QUIT \
        script --quiet --flush --return --command "$1" /dev/null \
        <keyboard >screen &
    terminal=$!
    exec 4>keyboard
    await children_of "$terminal"
    leader=${children%% *}
}

# A terminal shows a key once the kernel has sent the signal.
press() {
    # shellcheck disable=SC2059  # \003 and the like
    printf "$1" >&4
    await grep -qF "$2" screen
}

end_terminal() {
    exec 3>&- 4>&-
    rm keyboard
    status=0
    wait "$terminal" || status=$?
}

# ---- the situations: "$@" is an init, $new how process 1 begins ----

term() {
    begin "$@" cat gate
    kill -TERM "$init"
    await idle "$init"
    finish
    [ "$status" -eq 143 ] && echo passed on || echo nothing
}

key() {
    begin_terminal "exec $new $3 cat gate"
    outer=$leader
    meet
    press "$1" "$2"
    await idle "$init"
    end_terminal
    echo "$status"
}

keys() {
    # shellcheck disable=SC1003
    echo "$(key '\003' '^C' "$*") $(key '\034' '^\' "$*")"
}

begin_job() {
    begin_terminal 'exec sh -i'
    echo "$new $* cat gate" >&4
    await children_of "$leader"
    outer=${children%% *}
    meet
}

stop() {
    begin_job "$@"
    press '\032' '^Z'
    await over "$terminal" "$leader" "$outer" "$init" "$command"
    if in_state T "$outer"; then
        echo 'fg; exit' >&4
        await over "$terminal" "$leader" "$outer" "$init" "$command"
        going_on "$command" && echo works || echo no fg
    else
        echo no stop
    fi
    kill -KILL "$init"
    kill -KILL "$terminal"
    end_terminal
}

hangup() {
    begin_job "$@"
    kill -KILL "$terminal"
    await gone "$terminal"
    await over "$leader" "$outer" "$init" "$command"
    gone "$init" && echo ended || echo left
    kill -KILL "$init" 2>/dev/null || :
    end_terminal
}

end_by() {
    status=0
    $new "$@" || status=$?
    echo "$status"
}

# shellcheck disable=SC2016,SC3045  # $$ is for the inner shell
ends() {
    ulimit -c unlimited
    echo "$(end_by "$@" sh -c 'exit 7')" \
        "$(end_by "$@" sh -c 'kill -TERM $$')" \
        "$(end_by "$@" sh -c 'kill -QUIT $$')"
    [ -n "$(find . -name 'core*' -size +0)" ] || echo no core
}

# shellcheck disable=SC2016
orphans() {
    begin "$@" sh -c '"$0" end 500; exec cat gate' "$here/make_orphans"
    await only_zombies "$init" "$command"
    await over "$init"
    await children_of "$init"
    echo $(($(echo "$children" | wc -w) - 1)) left
    finish
}

# What is left by an orphan that ignores SIGTERM.
# shellcheck disable=SC2016
deaf() {
    ln -s "$here/make_orphans" "deaf$$"
    begin "$@" sh -c './$0 defy 1; exec cat gate' "deaf$$"
    finish
    pkill -KILL -x "deaf$$" && echo left || echo killed
}

elsewhere() {
    new='env'
    deaf sh -c '"$@"; exit' sh "$@"
}

# Does a daemon get SIGTERM, and the time to do something about it?
daemon() {
    mkfifo ready
    cat >daemon <<'END'
trap 'echo >asked; exit' TERM
sleep 1000 &
echo >ready
wait
END
    begin "$@" sh -c '(setsid sh daemon &); read -r _ <ready; exec cat gate'
    finish
    [ -e asked ] && echo asked || echo killed
}

stopped() {
    begin "$@" cat gate
    kill -STOP "$command"
    await in_state T "$command"
    await idle "$init"
    kill -CONT "$init"
    await idle "$init"
    going_on "$command" && echo goes on || echo stays
    kill -CONT "$command"
    finish
}

parent() {
    begin "$@" cat gate
    kill -KILL "$outer"
    wait "$outer" 2>/dev/null || :
    await idle "$init"
    gone "$init" && echo ends || echo lives on
    kill -KILL "$init" 2>/dev/null || :
}

ignored() {
    begin env --ignore-signal=CHLD "$@" sh -c 'cat gate; exit 7'
    exec 3>&-
    await test ! -e "/proc/$command"
    await idle "$init"
    gone "$init" || { echo hangs && kill -KILL "$init"; }
    finish
    [ "$status" -eq 137 ] || echo "$status"
}

# ---- begin ----

here=$(cd "$(dirname "$0")" && pwd)
new='unshare --pid --fork --mount-proc'
if [ "$#" -gt 2 ] ||
    ! echo "$situations" | cut -d ' ' -f 1 | grep -qxFe "${1-term}" ||
    ! echo "$inits" | tr ' ' '\n' | grep -qxFe "${2-bash}"; then
    echo 'usage: compare_inits.sh [SITUATION [INIT]]' >&2
    exit 2
fi
if [ "$#" -lt 2 ]; then
    table "$@"
    exit
fi

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cd "$folder"
mkfifo gate
case $2 in
    be_init) "$1" "$here/be_init" ;;
    bash)
        printf '#!/bin/bash\n"$@"\nexit $?\n' >as_bash
        chmod +x as_bash
        "$1" ./as_bash
        ;;
    *) "$1" "$2" -- ;;
esac
