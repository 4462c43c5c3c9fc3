#!/usr/bin/env bats
# introduction.bats - checks code-samples/introduction, shown in docs/introduction.rst
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# ---- unpin-namespace.sh ----

@test "unpin-namespace.sh: the pin and its file are gone" {
    pin "$scratch/a pin"
    run -0 introduction/unpin-namespace.sh "$scratch/a pin"
    [ -z "$output" ]
}

@test "unpin-namespace.sh: what is no pin is refused, and not touched" {
    refused 1 "unpin-namespace.sh: $other/file: is not a pinned namespace" \
        introduction/unpin-namespace.sh "$other/file"
    refused 1 "unpin-namespace.sh: $other/folder: is not a pinned namespace" \
        introduction/unpin-namespace.sh "$other/folder"
    refused 1 "unpin-namespace.sh: /dev/mqueue: is not a pinned namespace" \
        introduction/unpin-namespace.sh /dev/mqueue
    refused 1 "unpin-namespace.sh: $other/none: does not exist" \
        introduction/unpin-namespace.sh "$other/none"
    read -r -d '' mounts </proc/self/mountinfo || :
    [[ $mounts == *' /dev/mqueue '* && -d $other/folder && -s $other/file ]]
}

@test "unpin-namespace.sh: a link to a namespace is no pin" {
    refused 1 "unpin-namespace.sh: $other/link: is a symbolic link" \
        introduction/unpin-namespace.sh "$other/link"
    [ -L "$other/link" ]
}

@test "unpin-namespace.sh: of two pins on one path the older one stays" {
    pin "$scratch/pin"
    exec {older}<"$scratch/pin"
    unshare --net="$scratch/pin" true
    ! [[ /proc/self/fd/$older -ef $scratch/pin ]] || false
    refused 1 "unpin-namespace.sh: $scratch/pin: is still pinned, by an older pin" \
        introduction/unpin-namespace.sh "$scratch/pin"
    [[ /proc/self/fd/$older -ef $scratch/pin ]]
    exec {older}<&-
    run -0 introduction/unpin-namespace.sh "$scratch/pin"
}

@test "unpin-namespace.sh: a pin that is open somewhere stays" {
    pin "$scratch/pin"
    exec {user}<"$scratch/pin"
    run -1 introduction/unpin-namespace.sh "$scratch/pin"
    [[ $output == *'target is busy'* && /proc/self/fd/$user -ef $scratch/pin ]]
    exec {user}<&-
    unpin "$scratch/pin"
}

@test "unpin-namespace.sh: an ordinary user takes off no pin" {
    open_scratch
    pin "$scratch/pin"
    run -1 as_reader introduction/unpin-namespace.sh "$scratch/pin"
    [[ $output == *'must be superuser to unmount'* ]]
    [ "$(stat -f -c %T "$scratch/pin")" = nsfs ]
    unpin "$scratch/pin"
}

@test "unpin-namespace.sh: a wrong call prints the usage and exits 2" {
    usage='usage: unpin-namespace.sh PATH'
    refused 2 "$usage" introduction/unpin-namespace.sh
    refused 2 "$usage" introduction/unpin-namespace.sh a b
    refused 2 "$usage" introduction/unpin-namespace.sh -pin
}

# ---- show_ns ----

# What show_ns must print, from readlink(1) and stat(1): namespaces PID
namespaces() {
    local links=("/proc/$1/ns/"*) names devices i
    mapfile -t names < <(readlink "${links[@]}")
    mapfile -t devices < <(stat -L -c 'dev %Hd:%Ld  ino %i' "${links[@]}")
    for i in "${!links[@]}"; do
        printf '%-18s %-20s %s\n' \
            "${links[i]##*/}" "${names[i]}" "${devices[i]}"
    done
}

@test "show_ns: it shows the ten links of another process" {
    member --net --uts
    run -0 introduction/show_ns "$member"
    [[ ${#lines[@]} -eq 10 && $output == "$(namespaces "$member")" ]]
    end "$member"
}

@test "show_ns: without a PID it shows its own, which are ours" {
    run -0 unshare --net sh -c 'introduction/show_ns; readlink /proc/self/ns/net'
    [[ ${lines[3]} == "net                ${lines[10]} "* ]]
}

@test "show_ns: an ordinary user may not look at a process of root" {
    refused 1 'show_ns: scandir: /proc/1/ns: Permission denied' \
        as_reader introduction/show_ns 1
}

@test "show_ns: of a zombie it shows what is left, and fails" {
    sh -c 'true & exec sleep 1000' 3>&- 4>&- &
    state='' zombie=''
    until [ "$state" = Z ]; do
        read -r zombie <"/proc/$!/task/$!/children" || :
        read -r _ _ state _ <"/proc/${zombie:-$!}/stat"
    done
    capture introduction/show_ns "$zombie"
    [[ $status -eq 1 && $output == *'user:['* && $output != *'net:['* ]]
    [[ $stderr == *'show_ns: readlink: net: No such file or directory'* ]]
    end $!
}

@test "show_ns: a PID that nobody has is named" {
    refused 1 'show_ns: chdir: /proc/999999999/ns: No such file or directory' \
        introduction/show_ns 999999999
}

@test "show_ns: a wrong call prints the usage and exits 2" {
    refused 2 'usage: show_ns [PID]' introduction/show_ns -1
    refused 2 'usage: show_ns [PID]' introduction/show_ns 1 1
}

# ---- same_ns ----

@test "same_ns: two processes side by side share all eight" {
    run -0 introduction/same_ns self 1
    printf -v expected '%-7s same\n' "${types[@]}"
    [ "$output" = "${expected%$'\n'}" ]
}

@test "same_ns: what differs is told from what is shared" {
    member --ipc --net
    run -0 introduction/same_ns "$$" "$member"
    printf -v expected '%-7s same\n' "${types[@]}"
    expected=${expected/ipc     same/ipc     different}
    expected=${expected/net     same/net     different}
    [ "$output" = "${expected%$'\n'}" ]
    end "$member"
}

@test "same_ns: what can't be read can't be compared" {
    refused 1 'same_ns: stat: /proc/1/ns/cgroup: Permission denied' \
        as_reader introduction/same_ns self 1
    refused 1 'same_ns: stat: /proc/999999999/ns/cgroup: No such file or directory' \
        introduction/same_ns self 999999999
}

@test "same_ns: a wrong call prints the usage and exits 2" {
    refused 2 'usage: same_ns PID PID' introduction/same_ns 1
    refused 2 'usage: same_ns PID PID' introduction/same_ns 1 1 1
    refused 2 'usage: same_ns PID PID' introduction/same_ns 1 -1
}

# ---- ns_map ----

@test "ns_map: a process points to the namespace that it is in" {
    member --net
    run -0 introduction/ns_map net $$ "$member"
    [[ $output == *"    1 -> \"$(readlink /proc/$$/ns/net)\";"* ]]
    [[ $output == *"    2 -> \"$(readlink "/proc/$member/ns/net")\";"* ]]
    end "$member"
}

@test "ns_map: the text is a graph, whatever a process is called" {
    run -0 bash -c 'printf "a\"b\\\\c" >/proc/self/comm; introduction/ns_map uts $$; :'
    [[ ${lines[0]} == 'digraph namespaces {' && ${lines[-1]} == '}' ]]
    [[ $output == *'label="a\"b\\c"];'* ]]
}

@test "ns_map: a PID that nobody has, and a type that is none, are named" {
    capture introduction/ns_map net 999999999
    [[ $status -eq 1 ]]
    [ "$stderr" = 'ns_map: stat: /proc/999999999/ns/net: No such file or directory' ]
    capture introduction/ns_map nett $$
    [[ $status -eq 1 ]]
    [ "$stderr" = "ns_map: stat: /proc/$$/ns/nett: No such file or directory" ]
}

@test "ns_map: an ordinary user may not look at a process of root" {
    capture as_reader introduction/ns_map net 1
    [[ $status -eq 1 ]]
    [ "$stderr" = 'ns_map: stat: /proc/1/ns/net: Permission denied' ]
}

@test "ns_map: a wrong call prints the usage and exits 2" {
    refused 2 'usage: ns_map TYPE PID...' introduction/ns_map
    refused 2 'usage: ns_map TYPE PID...' introduction/ns_map net
    refused 2 'usage: ns_map TYPE PID...' introduction/ns_map -t net 1
}

# ---- ns_leave, ns_keep_fork, ns_lifetime ----

@test "ns_leave: it is away from home, and then back" {
    home=$(readlink /proc/self/ns/net)
    run -0 introduction/ns_leave
    [[ ${#lines[@]} -eq 3 && ${lines[0]} == "home   $home" ]]
    [[ ${lines[1]} == 'away   net:['+([0-9])']' && ${lines[1]} != *"$home" ]]
    [ "${lines[2]}" = "back   $home" ]
}

@test "ns_leave: the way back is an open descriptor, and setns" {
    run -0 strace -e trace=openat,unshare,setns introduction/ns_leave
    [[ $output =~ \"/proc/self/ns/net\",\ O_RDONLY\|O_CLOEXEC\)\ =\ ([0-9]+) ]]
    [[ $output == *"unshare(CLONE_NEWNET)"*"setns(${BASH_REMATCH[1]}, CLONE_NEWNET)"* ]]
}

@test "ns_leave: an ordinary user gets EPERM" {
    capture as_reader introduction/ns_leave
    [ "$status" -eq 1 ]
    [ "$stderr" = 'ns_leave: unshare: Operation not permitted' ]
}

@test "ns_leave: a wrong call prints the usage and exits 2" {
    refused 2 'usage: ns_leave' introduction/ns_leave now
}

@test "ns_keep_fork: the keeper enters what the creator has made" {
    home=$(readlink /proc/self/ns/net)
    run -0 introduction/ns_keep_fork
    made=${lines[0]#creator in } made=${made%%: *}
    [[ $made == 'net:['+([0-9])']' && $made != "$home" ]]
    [ "${lines[0]}" = "creator in $made: a new namespace" ]
    [ "${lines[1]}" = "creator in $home: home again, nobody is inside" ]
    [ "${lines[2]}" = "keeper  in $home: the creator is gone" ]
    [ "${lines[3]}" = "keeper  in $made: entered by the descriptor" ]
    [ "${#lines[@]}" -eq 4 ]
}

@test "ns_keep_fork: the keeper enters after the creator's exit" {
    run -0 strace -f -e trace=setns,exit_group introduction/ns_keep_fork
    [[ $output == *setns*exit_group*setns*exit_group*exit_group* ]]
}

@test "ns_keep_fork: an ordinary user gets EPERM, said once" {
    refused 1 'ns_keep_fork: unshare: Operation not permitted' \
        as_reader introduction/ns_keep_fork
}

@test "ns_keep_fork: a wrong call prints the usage and exits 2" {
    refused 2 'usage: ns_keep_fork' introduction/ns_keep_fork now
}

@test "ns_lifetime: the namespace is dead after the last reference" {
    run -0 introduction/ns_lifetime
    [ "$output" = "\
process descriptor mount socket   alive
        descriptor mount socket   alive
                   mount socket   alive
                         socket   alive
nothing                           dead" ]
}

@test "ns_lifetime: what it mounts is seen by nobody else" {
    read -r -d '' before </proc/self/mountinfo || :
    exec {null}</dev/null
    run -0 introduction/ns_lifetime
    read -r -d '' after </proc/self/mountinfo || :
    [[ $before == "$after" && /dev/null -ef /proc/self/fd/$null ]]
}

@test "ns_lifetime: it leaves no number in our network namespace" {
    run -0 introduction/ns_lifetime
    run -0 ip netns list-id
    [ -z "$output" ]
}

@test "ns_lifetime: an ordinary user gets EPERM" {
    refused 1 'ns_lifetime: unshare: Operation not permitted' \
        as_reader introduction/ns_lifetime
}

@test "ns_lifetime: a wrong call prints the usage and exits 2" {
    refused 2 'usage: ns_lifetime' introduction/ns_lifetime now
}

# ---- ns_pass_send, ns_pass_recv ----

# receive COMMAND [ARG]...: start a receiver, and wait until it listens.
# received then waits for its end, and sets what capture sets.
receive() {
    local sockets=
    "$@" >"$other/.out" 2>"$other/.err" 3>&- 4>&- &
    receiver=$!
    # 00010000 is the flag of a socket that accepts connections.
    until [[ $sockets == *' 00010000 '*" $scratch/socket"* ]]; do
        [ -e "/proc/$receiver" ]
        read -r -d '' sockets </proc/net/unix || :
    done
}

received() {
    status=0
    wait "$receiver" || status=$?
    captured
    [ ! -e "$scratch/socket" ]
}

# deliver PERL: connect to the receiver and do what else perl is told
deliver() {
    perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) or die;
        connect(S, pack_sockaddr_un(shift)) or die;' -e "$1" "$scratch/socket"
}

@test "ns_pass_recv: the command runs in the namespace that was sent" {
    member --net
    receive introduction/ns_pass_recv "$scratch/socket" \
        sh -c 'readlink /proc/self/ns/net; exit 7'
    run -0 introduction/ns_pass_send "$scratch/socket" "/proc/$member/ns/net"
    [ -z "$output" ]
    received
    [ "$status" -eq 7 ]
    [ "$output" = "$(readlink "/proc/$member/ns/net")" ]
    end "$member"
}

@test "ns_pass_send: an ordinary user may send, too" {
    receive introduction/ns_pass_recv "$scratch/socket" true
    open_scratch
    chmod 777 "$scratch/socket"
    run -0 as_reader introduction/ns_pass_send "$scratch/socket" /proc/self/ns/net
    received
    [ "$status" -eq 0 ]
}

@test "ns_pass_recv: no descriptor leaks into the command" {
    receive introduction/ns_pass_recv "$scratch/socket" ls -l /proc/self/fd
    run -0 introduction/ns_pass_send "$scratch/socket" /proc/self/ns/net
    received
    [[ $output == *' 0 -> '* && $output != *net:* && $output != *socket:* ]]
}

@test "ns_pass_recv: a message without a descriptor is refused" {
    receive introduction/ns_pass_recv "$scratch/socket" echo
    deliver 'syswrite S, "x" or die'
    received
    [[ $status -eq 1 && -z $output ]]
    [ "$stderr" = 'ns_pass_recv: recvmsg: no descriptor' ]
}

@test "ns_pass_recv: a caller that only hangs up is refused" {
    receive introduction/ns_pass_recv "$scratch/socket" echo
    deliver ''
    received
    [[ $status -eq 1 && -z $output ]]
    [ "$stderr" = 'ns_pass_recv: recvmsg: no descriptor' ]
}

@test "ns_pass_recv: two descriptors are one too many" {
    receive introduction/ns_pass_recv "$scratch/socket" echo
    # sendmsg is system call 46 on x86-64; the header is SCM_RIGHTS.
    deliver 'open N, "<", "/proc/self/ns/net" or die;
        my $x = "x"; my $iov = pack("PQ", $x, 1);
        my $fds = pack("QiiII", 24, 1, 1, fileno N, fileno N);
        my $msg = pack("QQPQPQQ", 0, 0, $iov, 1, $fds, 24, 0);
        syscall(46, fileno S, $msg, 0) == 1 or die $!'
    received
    [[ $status -eq 1 && -z $output ]]
    [ "$stderr" = 'ns_pass_recv: recvmsg: more than one descriptor' ]
}

@test "ns_pass_recv: what is no network namespace is refused" {
    for file in /proc/self/ns/uts "$other/file"; do
        receive introduction/ns_pass_recv "$scratch/socket" echo
        run -0 introduction/ns_pass_send "$scratch/socket" "$file"
        received
        [[ $status -eq 1 && -z $output ]]
        [ "$stderr" = 'ns_pass_recv: setns: Invalid argument' ]
    done
}

@test "ns_pass_recv: a command that does not exist gives 127" {
    receive introduction/ns_pass_recv "$scratch/socket" /no/such
    run -0 introduction/ns_pass_send "$scratch/socket" /proc/self/ns/net
    received
    [ "$status" -eq 127 ]
    [ "$stderr" = 'ns_pass_recv: /no/such: No such file or directory' ]
}

@test "ns_pass_recv: an ordinary user receives, but may not enter" {
    open_scratch
    receive as_reader introduction/ns_pass_recv "$scratch/socket" echo
    run -0 introduction/ns_pass_send "$scratch/socket" /proc/self/ns/net
    received
    [[ $status -eq 1 && -z $output ]]
    [ "$stderr" = 'ns_pass_recv: setns: Operation not permitted' ]
}

@test "ns_pass_recv: a file that exists is not touched" {
    refused 1 "ns_pass_recv: bind: $other/file: Address already in use" \
        timeout 5 introduction/ns_pass_recv "$other/file" echo
    [ "$(<"$other/file")" = text ]
}

@test "ns_pass_recv: a path too long for a socket is refused" {
    printf -v long "$scratch/%0108d" 0
    refused 1 "ns_pass_recv: $long: File name too long" \
        timeout 5 introduction/ns_pass_recv "$long" echo
}

@test "ns_pass_recv: a wrong call prints the usage and exits 2" {
    usage='usage: ns_pass_recv SOCKET COMMAND [ARG]...'
    refused 2 "$usage" introduction/ns_pass_recv
    refused 2 "$usage" timeout 5 introduction/ns_pass_recv "$scratch/socket"
    refused 2 "$usage" introduction/ns_pass_recv -s true
}

@test "ns_pass_send: where nobody listens it says so" {
    refused 1 "ns_pass_send: connect: $other/none: No such file or directory" \
        introduction/ns_pass_send "$other/none" /proc/self/ns/net
    refused 1 "ns_pass_send: connect: $other/file: Connection refused" \
        introduction/ns_pass_send "$other/file" /proc/self/ns/net
}

@test "ns_pass_send: a file that does not exist is named" {
    refused 1 "ns_pass_send: open: $other/none: No such file or directory" \
        introduction/ns_pass_send "$scratch/socket" "$other/none"
}

@test "ns_pass_send: a path too long for a socket is refused" {
    printf -v long "$scratch/%0108d" 0
    refused 1 "ns_pass_send: $long: File name too long" \
        introduction/ns_pass_send "$long" /proc/self/ns/net
}

@test "ns_pass_send: a wrong call prints the usage and exits 2" {
    refused 2 'usage: ns_pass_send SOCKET FILE' \
        introduction/ns_pass_send "$scratch/socket"
    refused 2 'usage: ns_pass_send SOCKET FILE' \
        introduction/ns_pass_send -s /proc/self/ns/net
}
