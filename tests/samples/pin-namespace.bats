#!/usr/bin/env bats
# pin-namespace.bats - checks code-samples/pin-namespace.sh
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper


@test "pin-namespace.sh: the pin is a network namespace, and not ours" {
    run -0 ./pin-namespace.sh "$scratch/pin"
    [ -z "$output" ]
    read -r -d '' mounts </proc/self/mountinfo || :
    [[ $mounts == *" net:["+([0-9])"] $scratch/pin "*' - nsfs '* ]]
    ! [[ $scratch/pin -ef /proc/self/ns/net ]] || false
    unpin "$scratch/pin"
}

@test "pin-namespace.sh: no process is left in the namespace" {
    run -0 ./pin-namespace.sh "$scratch/pin"
    for ns in /proc/[0-9]*/ns/net; do
        ! [[ $ns -ef $scratch/pin ]] || false
    done
    unpin "$scratch/pin"
}

@test "pin-namespace.sh: no terminal and no input are needed" {
    run -0 setsid -w ./pin-namespace.sh "$scratch/pin" <&-
    [ "$(stat -f -c %T "$scratch/pin")" = nsfs ]
    unpin "$scratch/pin"
}

@test "pin-namespace.sh: the path may be relative, with spaces and a dash" {
    here=$PWD
    cd "$scratch"
    run -0 "$here/pin-namespace.sh" './-a pin'
    [ "$(stat -f -c %T './-a pin')" = nsfs ]
    unpin './-a pin'
}

@test "pin-namespace.sh: a path that is pinned is refused, and stays so" {
    pin "$scratch/pin"
    exec {before}<"$scratch/pin"
    refused 1 "pin-namespace.sh: $scratch/pin: already exists" \
        ./pin-namespace.sh "$scratch/pin"
    [[ /proc/self/fd/$before -ef $scratch/pin ]]
    exec {before}<&-
    unpin "$scratch/pin"
}

@test "pin-namespace.sh: what exists is refused, and not touched" {
    mknod "$other/device" c 1 3
    for name in file folder link device; do
        refused 1 "pin-namespace.sh: $other/$name: already exists" \
            ./pin-namespace.sh "$other/$name"
    done
    [[ $(<"$other/file") == text && -c $other/device ]]
    rm "$other/device"
}

@test "pin-namespace.sh: where no file can be made, the shell says why" {
    run ! ./pin-namespace.sh "$other/no/pin"
    [[ $output == *"$other/no/pin: "* ]]
    run ! ./pin-namespace.sh "$other/dangling"
    [[ $output == *"$other/dangling: "* && ! -e $other/nowhere ]]
    open_scratch
    mkdir -m 700 "$scratch/closed"
    run -1 as_reader ./pin-namespace.sh "$scratch/closed/pin"
    rmdir "$scratch/closed"
    [[ $output == *"$scratch/closed/pin: Permission denied" ]]
}

# slow WHAT: a mount in $PATH that first sends SIGTERM to the script
slow() {
    mkdir -p "$other/bin"
    printf '#!/bin/sh\nkill -TERM $PPID\n%s\n' "$1" >"$other/bin/mount"
    chmod +x "$other/bin/mount"
}

@test "pin-namespace.sh: a signal waits until the pin is there, or its file gone" {
    slow 'exec /usr/bin/mount "$@"'
    PATH=$other/bin:$PATH run -0 ./pin-namespace.sh "$scratch/pin"
    [ "$(stat -f -c %T "$scratch/pin")" = nsfs ]
    unpin "$scratch/pin"
    slow 'exit 1'
    PATH=$other/bin:$PATH run -1 ./pin-namespace.sh "$scratch/pin"
    [ ! -e "$scratch/pin" ]
}

@test "pin-namespace.sh: a wrong call prints the usage and exits 2" {
    usage='usage: pin-namespace.sh PATH'
    refused 2 "$usage" ./pin-namespace.sh
    refused 2 "$usage" ./pin-namespace.sh -- "$scratch/pin"
    refused 2 "$usage" ./pin-namespace.sh -pin
}

@test "pin-namespace.sh: an ordinary user gets EPERM, and no file stays" {
    open_scratch
    refused 1 'unshare: unshare failed: Operation not permitted' \
        as_reader ./pin-namespace.sh "$scratch/pin"
}

@test "pin-namespace.sh: it needs no other file" {
    cp pin-namespace.sh "$other"
    run -0 "$other/pin-namespace.sh" "$scratch/pin"
    rm "$other/pin-namespace.sh"
    unpin "$scratch/pin"
}
