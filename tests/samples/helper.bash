# helper.bash - what every test file of the book starts from
#
# A process costs 10 ms where the tests run, on an emulated processor. So a
# test asks /proc with what the shell has built in, and starts little:
#   [[ /proc/1/ns/net -ef FILE ]]   same device and inode: same namespace
#   read -r LINE <FILE              first line of a file
# shellcheck shell=bash
bats_require_minimum_version 1.5.0

# Run where the samples were built, so that a test reads like the book.
# What lies in $scratch when a test is over was left behind.
setup() {
    cd "${SAMPLES:-/book/build/samples}" || return
    scratch=$BATS_TEST_TMPDIR
    tmp_before=(/tmp/*)
    read -r -d '' orphans_before </proc/1/task/1/children || :
}

# No test may leave a pin, a file or a process, or rename the machine. Orphans
# are init's children.
teardown() {
    local failed=0 mounts orphans children child name
    local tmp=(/tmp/*) files=("$scratch"/*)

    read -r -d '' children <"/proc/$BASHPID/task/$BASHPID/children" || :
    read -r -d '' orphans </proc/1/task/1/children || :
    read -r -d '' mounts </proc/self/mountinfo || :
    if [[ -n $children || $orphans != "$orphans_before" ]]; then
        echo "processes were left: $children, of init: $orphans"
        for child in $children; do
            end "$child"
        done
        failed=1
    fi
    if [[ $mounts == *' - nsfs '* ]]; then
        echo "a pinned namespace was left:"
        findmnt -t nsfs
        umount -l -a -t nsfs
        failed=1
    fi
    read -r name </proc/sys/kernel/hostname
    if [ "$name" != lab ]; then
        echo "the machine was renamed: $name"
        hostname lab
        failed=1
    fi
    if [[ ${tmp[*]} != "${tmp_before[*]}" || -e ${files[0]} ]]; then
        echo "files were left: ${tmp[*]} ${files[*]}"
        failed=1
    fi
    return "$failed"
}

# settled: wait until init has collected the orphans that the test made
settled() {
    until read -r -d '' orphans </proc/1/task/1/children ||
        [ "$orphans" = "$orphans_before" ]; do
        :
    done
}

# capture COMMAND [ARG]...: set $status, $output and $stderr, as run does with
# --separate-stderr, but for one process instead of three
capture() {
    status=0
    "$@" >"$BATS_FILE_TMPDIR/.out" 2>"$BATS_FILE_TMPDIR/.err" || status=$?
    captured
}

captured() {
    read -r -d '' output <"$BATS_FILE_TMPDIR/.out" || :
    read -r -d '' stderr <"$BATS_FILE_TMPDIR/.err" || :
}

# refused STATUS MESSAGE COMMAND [ARG]...: the command must end with STATUS,
# say MESSAGE on stderr, and nothing else.
refused() {
    capture "${@:3}"
    [[ $status -eq $1 && -z $output && $stderr == "$2" ]] || {
        echo "status $status, stdout: $output"
        echo "stderr: $stderr"
        return 1
    }
}

# as_reader COMMAND [ARG]...: run as an ordinary user
as_reader() {
    setpriv --reuid=reader --regid=reader --clear-groups -- "$@"
}

# open_scratch: let an ordinary user reach $scratch, and write there
open_scratch() {
    chmod 777 "$BATS_RUN_TMPDIR" "${scratch%/*}" "$scratch"
}

# netdevs: the network devices that the calling command can see, one a line
netdevs() {
    sed -n 's/^ *\([^:]*\):.*/\1/p' /proc/self/net/dev
}
export -f netdevs

# becomes PROGRAM PID: wait until a process executes a program
becomes() {
    local comm=''
    until [ "$comm" = "$1" ]; do
        read -r comm <"/proc/$2/comm"
    done
}

# member OPTION...: start a process in new namespaces, named by options of
# unshare(1), and wait until it lives there; $member is its PID. The last
# option may be --fork: then $member is the child of $!.
member() {
    unshare "$@" sleep 1000 3>&- 4>&- &
    member=$!
    if [ "${!#}" = --fork ]; then
        member=''
        until [ -n "$member" ]; do
            read -r member <"/proc/$!/task/$!/children" || :
        done
    fi
    becomes sleep "$member"
}

# end PID: end a process that the test has started
end() {
    kill -KILL "$1"
    wait "$1" 2>/dev/null || :
}

# shellcheck disable=SC2034
types=(cgroup ipc mnt net pid time user uts)

# What is no namespace, and no place for a pin, is ours to lose.
setup_file() {
    export other=$BATS_FILE_TMPDIR
    mkdir "$other/folder"
    echo text >"$other/file"
    ln -s nowhere "$other/dangling"
    ln -s /proc/self/ns/net "$other/link"
}

# pin FILE, unpin FILE: as the samples do, without the samples
pin() {
    : >"$1"
    unshare --net="$1" true
}

unpin() {
    umount "$1"
    rm "$1"
}
