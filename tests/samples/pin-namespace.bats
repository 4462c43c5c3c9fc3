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
    refused 1 "pin-namespace.sh: $scratch/pin: is already pinned" \
        ./pin-namespace.sh "$scratch/pin"
    [[ /proc/self/fd/$before -ef $scratch/pin ]]
    exec {before}<&-
    unpin "$scratch/pin"
}

@test "pin-namespace.sh: a file that exists is refused, and not touched" {
    refused 1 "pin-namespace.sh: $other/file: already exists" \
        ./pin-namespace.sh "$other/file"
    [ "$(<"$other/file")" = text ]
}

@test "pin-namespace.sh: a directory is refused" {
    refused 1 "pin-namespace.sh: $other/folder: is a directory" \
        ./pin-namespace.sh "$other/folder"
    rmdir "$other/folder"
    mkdir "$other/folder"
}

@test "pin-namespace.sh: a path in a missing folder is refused" {
    refused 1 "pin-namespace.sh: $other/no/pin: the directory does not exist" \
        ./pin-namespace.sh "$other/no/pin"
}

@test "pin-namespace.sh: a symbolic link is refused, wherever it leads" {
    refused 1 "pin-namespace.sh: $other/dangling: is a symbolic link" \
        ./pin-namespace.sh "$other/dangling"
    refused 1 "pin-namespace.sh: $other/link: is a symbolic link" \
        ./pin-namespace.sh "$other/link"
    [[ ! -e $other/nowhere ]]
}

@test "pin-namespace.sh: a wrong call prints the usage and exits 2" {
    usage='usage: pin-namespace.sh PATH'
    refused 2 "$usage" ./pin-namespace.sh
    refused 2 "$usage" ./pin-namespace.sh -- "$scratch/pin"
    refused 2 "$usage" ./pin-namespace.sh -pin
}

@test "pin-namespace.sh: an ordinary user gets EPERM, and no file stays" {
    open_scratch
    refused 1 'unshare: unshare: Operation not permitted' \
        as_reader ./pin-namespace.sh "$scratch/pin"
}

@test "pin-namespace.sh: without our unshare nothing is pinned" {
    cp pin-namespace.sh "$other"
    run -1 "$other/pin-namespace.sh" "$scratch/pin"
    [[ $output == *"$other/unshare"* ]]
}
