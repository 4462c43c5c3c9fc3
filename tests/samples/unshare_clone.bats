#!/usr/bin/env bats
# unshare_clone.bats - checks code-samples/unshare_clone.c
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper


@test "unshare_clone: only the child is in a new network namespace" {
    run -0 ./unshare_clone sh -c 'readlink /proc/self/ns/net /proc/$PPID/ns/net'
    [[ ${lines[0]} == 'net:['+([0-9])']' && ${lines[0]} != "${lines[1]}" ]]
    [ "${lines[1]}" = "$(readlink /proc/self/ns/net)" ]
}

@test "unshare_clone: every other namespace stays shared" {
    links=(/proc/self/ns/{cgroup,ipc,mnt,pid,time,user,uts})
    run -0 ./unshare_clone readlink "${links[@]}"
    [ "$output" = "$(readlink "${links[@]}")" ]
}

@test "unshare_clone: a script without #! gets as many arguments as there may be" {
    echo 'echo $#' >"$scratch/count"
    chmod 755 "$scratch/count"
    run -0 ./unshare_clone "$scratch/count" {a..z}{a..z}{a..z}{0..7}
    [ "$output" = 140608 ]
    rm "$scratch/count"
}

@test "unshare_clone: the command gets its arguments unchanged" {
    run -0 ./unshare_clone printf '%s|' one 'two words' '' -x
    [ "$output" = 'one|two words||-x|' ]
}

@test "unshare_clone: the child's status is the program's status" {
    run -7 ./unshare_clone sh -c 'exit 7'
}

@test "unshare_clone: a child killed by a signal gives 128 + its number" {
    run -137 ./unshare_clone sh -c 'kill -KILL $$'
}

@test "unshare_clone: without a command it prints its usage and exits 2" {
    refused 2 'usage: unshare_clone COMMAND [ARG]...' ./unshare_clone
}

@test "unshare_clone: a first word that begins with - is a usage error" {
    refused 2 'usage: unshare_clone COMMAND [ARG]...' ./unshare_clone -n true
}

@test "unshare_clone: a command that does not exist gives 127, said once" {
    refused 127 'unshare_clone: /no/such: No such file or directory' \
        ./unshare_clone /no/such
}

@test "unshare_clone: a file that is no command gives 126, said once" {
    refused 126 'unshare_clone: /etc/passwd: Permission denied' \
        ./unshare_clone /etc/passwd
}

@test "unshare_clone: an ordinary user gets EPERM, and no command runs" {
    refused 1 'unshare_clone: clone: Operation not permitted' \
        as_reader ./unshare_clone echo
}
