#!/usr/bin/env bats
# nsenter.bats - checks code-samples/nsenter.c
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper


@test "nsenter: the command runs in the namespace of each of the types" {
    member -C -i -m -n -p -T -u -U --kill-child --fork
    for type in "${types[@]}"; do
        there=/proc/$member/ns/$type
        run -0 ./nsenter -t "$type" "$there" readlink "/proc/self/ns/$type"
        [ "$output" = "$(readlink "$there")" ]
        [ "$output" != "$(readlink "/proc/self/ns/$type")" ]
    done

    # In a PID namespace a process has a number that counts from 1.
    run -0 ./nsenter "/proc/$member/ns/pid" sh -c 'echo $$'
    [ "$output" -lt 10 ]
    run -137 ./nsenter "/proc/$member/ns/pid" sh -c 'kill -KILL $$'
    refused 127 'nsenter: /no/such: No such file or directory' \
        ./nsenter "/proc/$member/ns/pid" /no/such
    end $!
}

@test "nsenter: without -t a namespace of any type is entered" {
    member --net --uts
    for type in net uts; do
        run -0 ./nsenter "/proc/$member/ns/$type" readlink /proc/self/ns/{net,uts}
        [[ $output == *"$(readlink "/proc/$member/ns/$type")"* ]]
    done
    end "$member"
}

@test "nsenter: a pinned namespace is entered, with no process in it" {
    pin "$scratch/a pin"
    run -0 ./nsenter -t net "$scratch/a pin" \
        bash -c '[[ /proc/self/ns/net -ef "$1" ]]' bash "$scratch/a pin"
    unpin "$scratch/a pin"
}

@test "nsenter: no descriptor of the namespace leaks into the command" {
    member --net
    run -0 ./nsenter "/proc/$member/ns/net" ls -l /proc/self/fd
    [[ $output == *' 0 -> '* && $output != *net:* ]]
    end "$member"
}

@test "nsenter: the command gets its arguments and returns its status" {
    run -7 ./nsenter /proc/self/ns/net sh -c 'printf "%s|" "$@"; exit 7' sh 'a b' -t ''
    [ "$output" = 'a b|-t||' ]
}

@test "nsenter: a command killed by a signal gives 128 + its number" {
    run -137 ./nsenter /proc/self/ns/net sh -c 'kill -KILL $$'
}

@test "nsenter: a wrong call prints the usage and exits 2" {
    usage='usage: nsenter [-t TYPE] FILE COMMAND [ARG]...'
    refused 2 "$usage" ./nsenter
    refused 2 "$usage" ./nsenter /proc/self/ns/net
    refused 2 "$usage" ./nsenter -n /proc/self/ns/net true
    refused 2 "$usage" ./nsenter -- /proc/self/ns/net true
    refused 2 "$usage" ./nsenter -t net /proc/self/ns/net
    refused 2 "$usage" ./nsenter -t
}

@test "nsenter: a type that does not exist is refused" {
    refused 2 'nsenter: network: no such type of namespace' \
        ./nsenter -t network /proc/self/ns/net echo
}

@test "nsenter: a namespace of another type gives EINVAL" {
    refused 1 'nsenter: setns: /proc/self/ns/net: Invalid argument' \
        ./nsenter -t uts /proc/self/ns/net echo
}

@test "nsenter: a file that is no namespace gives EINVAL" {
    refused 1 "nsenter: setns: $other/file: Invalid argument" \
        ./nsenter "$other/file" echo
    refused 1 "nsenter: setns: $other/folder: Invalid argument" \
        ./nsenter "$other/folder" echo
}

@test "nsenter: a file that does not exist is what open complains of" {
    refused 1 "nsenter: open: $other/none: No such file or directory" \
        ./nsenter "$other/none" echo
}

@test "nsenter: a command that does not exist gives 127" {
    refused 127 'nsenter: /no/such: No such file or directory' \
        ./nsenter /proc/self/ns/net /no/such
}

@test "nsenter: a file that is no command gives 126" {
    refused 126 'nsenter: /etc/passwd: Permission denied' \
        ./nsenter /proc/self/ns/net /etc/passwd
}

@test "nsenter: an ordinary user gets EPERM, and no command runs" {
    refused 1 'nsenter: setns: /proc/self/ns/net: Operation not permitted' \
        as_reader ./nsenter /proc/self/ns/net echo
}
