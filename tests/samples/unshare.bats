#!/usr/bin/env bats
# unshare.bats - checks code-samples/unshare.c
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper


@test "unshare: the command runs in a new network namespace" {
    run -0 ./unshare readlink /proc/self/ns/net
    [[ $output == 'net:['+([0-9])']' ]]
    [ "$output" != "$(readlink /proc/self/ns/net)" ]
}

@test "unshare: every other namespace stays shared" {
    links=(/proc/self/ns/{cgroup,ipc,mnt,pid,time,user,uts})
    run -0 ./unshare readlink "${links[@]}"
    [ "$output" = "$(readlink "${links[@]}")" ]
}

@test "unshare: the new network namespace has one device, lo" {
    run -0 ./unshare bash -c netdevs
    [ "$output" = lo ]
}

@test "unshare: the command gets its arguments unchanged" {
    run -0 ./unshare printf '%s|' one 'two words' '' -x
    [ "$output" = 'one|two words||-x|' ]
}

@test "unshare: the exit status is the command's own" {
    run -7 ./unshare sh -c 'exit 7'
}

@test "unshare: a command killed by a signal gives 128 + its number" {
    run -137 ./unshare sh -c 'kill -KILL $$'
}

@test "unshare: without a command it prints its usage and exits 2" {
    refused 2 'usage: unshare COMMAND [ARG]...' ./unshare
}

@test "unshare: a first word that begins with - is a usage error" {
    refused 2 'usage: unshare COMMAND [ARG]...' ./unshare -n true
}

@test "unshare: a command that does not exist gives 127" {
    refused 127 'unshare: /no/such: No such file or directory' \
        ./unshare /no/such
}

@test "unshare: a file that is no command gives 126" {
    refused 126 'unshare: /etc/passwd: Permission denied' \
        ./unshare /etc/passwd
}

@test "unshare: an ordinary user gets EPERM, and no command runs" {
    refused 1 'unshare: unshare: Operation not permitted' \
        as_reader ./unshare echo
}
