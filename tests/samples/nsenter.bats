#!/usr/bin/env bats
# nsenter.bats - checks code-samples/nsenter.c
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper


@test "nsenter: the command runs in the namespace of each of the types" {
    member -C -i -m -n -p -T -u -U -r --kill-child --fork
    for type in "${types[@]}"; do
        there=/proc/$member/ns/$type
        run -0 ./nsenter -o "$type" "$there" readlink "/proc/self/ns/$type"
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
    settled
}

@test "nsenter: without -o a namespace of any type is entered" {
    member --net --uts
    for type in net uts; do
        run -0 ./nsenter "/proc/$member/ns/$type" readlink /proc/self/ns/{net,uts}
        [[ $output == *"$(readlink "/proc/$member/ns/$type")"* ]]
    done
    end "$member"
}

@test "nsenter: a pinned namespace is entered, with no process in it" {
    pin "$scratch/a pin"
    run -0 ./nsenter -o net "$scratch/a pin" \
        bash -c '[[ /proc/self/ns/net -ef "$1" ]]' bash "$scratch/a pin"
    unpin "$scratch/a pin"
}

@test "nsenter: no descriptor of the namespace leaks into the command" {
    member --net
    run -0 ./nsenter "/proc/$member/ns/net" ls -l /proc/self/fd
    [[ $output == *' 0 -> '* && $output != *net:* ]]
    end "$member"
}

@test "nsenter: who waits for the command keeps no namespace alive" {
    member --pid --kill-child --fork
    ./nsenter "/proc/$member/ns/pid" sleep 1000 3>&- 4>&- &
    child=
    until [ -n "$child" ]; do
        read -r child <"/proc/$!/task/$!/children" || :
    done
    becomes sleep "$child"
    run -0 ls -l "/proc/$!/fd"
    [[ $output == *' 0 -> '* && $output != *pid:* ]]
    end $!
    until ! [ -e "/proc/$child" ]; do :; done
    end "$member"
}

@test "nsenter: a pid namespace without a process 1 is said to be one" {
    member --pid --kill-child --fork
    exec 9<"/proc/$member/ns/pid"
    end "$member"
    refused 1 'nsenter: fork: is process 1 of it gone?: Cannot allocate memory' \
        ./nsenter /proc/self/fd/9 echo
    exec 9<&-
}

@test "nsenter: root has no number in a user namespace without a map" {
    member --user
    there=/proc/$member/ns/user
    refused 1 "nsenter: $there: your user has no number there" ./nsenter "$there" echo
    end "$member"
}

@test "nsenter: the command gets its arguments and returns its status" {
    run -7 ./nsenter /proc/self/ns/net sh -c 'printf "%s|" "$@"; exit 7' sh 'a b' -o ''
    [ "$output" = 'a b|-o||' ]
    run -0 ./nsenter -o net -- /proc/self/ns/net echo --
    [ "$output" = -- ]
}

@test "nsenter: a command killed by a signal gives 128 + its number" {
    run -137 ./nsenter /proc/self/ns/net sh -c 'kill -KILL $$'
}

@test "nsenter: a wrong call prints the usage and exits 2" {
    usage='usage: nsenter [-o TYPE] FILE COMMAND [ARG]...'
    refused 2 "$usage" ./nsenter
    refused 2 "$usage" ./nsenter /proc/self/ns/net
    refused 2 "$usage" ./nsenter -n /proc/self/ns/net true
    refused 2 "$usage" ./nsenter -o net /proc/self/ns/net
    refused 2 "$usage" ./nsenter -o
    refused 2 "$usage" ./nsenter -o net -o net /proc/self/ns/net true
    refused 2 "$usage" ./nsenter -n
}

@test "nsenter: a type that does not exist is refused" {
    refused 1 'nsenter: open: /proc/self/ns/network: No such file or directory' \
        ./nsenter -o network /proc/self/ns/net echo
}

@test "nsenter: a namespace of another type gives EINVAL" {
    refused 1 'nsenter: setns: /proc/self/ns/net: Invalid argument' \
        ./nsenter -o uts /proc/self/ns/net echo
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
