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
    read -r -d '' mounts </proc/self/mountinfo || :
    [[ $mounts == *' /dev/mqueue '* && -d $other/folder && -s $other/file ]]
}

@test "unpin-namespace.sh: a path that cannot be asked is refused as the kernel does" {
    capture introduction/unpin-namespace.sh "$other/none"
    [[ $status -eq 1 && $stderr == *"$other/none"*': No such file or directory' ]]
    open_scratch
    mkdir -m 700 "$scratch/closed"
    capture as_reader introduction/unpin-namespace.sh "$scratch/closed/pin"
    rmdir "$scratch/closed"
    [[ $status -eq 1 && $stderr == *"$scratch/closed/pin"*': Permission denied' ]]
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
    settled
}

@test "show_ns: a PID that nobody has is named" {
    refused 1 'show_ns: chdir: /proc/999999999/ns: No such file or directory' \
        introduction/show_ns 999999999
}

@test "show_ns: a wrong call prints the usage and exits 2" {
    refused 2 'usage: show_ns [PID]' introduction/show_ns -1
    refused 2 'usage: show_ns [PID]' introduction/show_ns 1 1
}

# ---- compare_ns ----

@test "compare_ns: two processes side by side share all eight" {
    run -0 introduction/compare_ns self 1
    printf -v expected '%-7s same\n' "${types[@]}"
    [ "$output" = "${expected%$'\n'}" ]
}

@test "compare_ns: what differs is told from what is shared" {
    member --ipc --net
    run -0 introduction/compare_ns "$$" "$member"
    printf -v expected '%-7s same\n' "${types[@]}"
    expected=${expected/ipc     same/ipc     different}
    expected=${expected/net     same/net     different}
    [ "$output" = "${expected%$'\n'}" ]
    end "$member"
}

@test "compare_ns: what can't be read can't be compared" {
    refused 1 'compare_ns: stat: /proc/1/ns/cgroup: Permission denied' \
        as_reader introduction/compare_ns self 1
    refused 1 'compare_ns: stat: /proc/999999999/ns/cgroup: No such file or directory' \
        introduction/compare_ns self 999999999
}

@test "compare_ns: a wrong call prints the usage and exits 2" {
    refused 2 'usage: compare_ns PID PID' introduction/compare_ns 1
    refused 2 'usage: compare_ns PID PID' introduction/compare_ns 1 1 1
    refused 2 'usage: compare_ns PID PID' introduction/compare_ns 1 -1
}

# ---- draw_ns ----

@test "draw_ns: a process points to the namespace that it is in" {
    member --net
    run -0 introduction/draw_ns net $$ "$member"
    [[ $output == *"    1 -> \"$(readlink /proc/$$/ns/net)\";"* ]]
    [[ $output == *"    2 -> \"$(readlink "/proc/$member/ns/net")\";"* ]]
    end "$member"
}

@test "draw_ns: the text is a graph, whatever a process is called" {
    run -0 bash -c 'printf "a\"b\\\\c" >/proc/self/comm; introduction/draw_ns uts $$; :'
    [[ ${lines[0]} == 'digraph namespaces {' && ${lines[-1]} == '}' ]]
    [[ $output == *'label="a\"b\\c"];'* ]]
}

@test "draw_ns: a PID that nobody has, and a type that is none, are named" {
    capture introduction/draw_ns net 999999999
    [[ $status -eq 1 ]]
    [ "$stderr" = 'draw_ns: stat: /proc/999999999/ns/net: No such file or directory' ]
    capture introduction/draw_ns nett $$
    [[ $status -eq 1 ]]
    [ "$stderr" = "draw_ns: stat: /proc/$$/ns/nett: No such file or directory" ]
}

@test "draw_ns: an ordinary user may not look at a process of root" {
    capture as_reader introduction/draw_ns net 1
    [[ $status -eq 1 ]]
    [ "$stderr" = 'draw_ns: stat: /proc/1/ns/net: Permission denied' ]
}

@test "draw_ns: a wrong call prints the usage and exits 2" {
    refused 2 'usage: draw_ns TYPE PID...' introduction/draw_ns
    refused 2 'usage: draw_ns TYPE PID...' introduction/draw_ns net
    refused 2 'usage: draw_ns TYPE PID...' introduction/draw_ns -t net 1
    for type in '' . .. ../comm ../exe ./net; do
        refused 2 'usage: draw_ns TYPE PID...' introduction/draw_ns "$type" 1
    done
}

@test "draw_ns: of a graph that cannot be finished nothing is printed" {
    refused 1 'draw_ns: stat: /proc/999999999/ns/net: No such file or directory' \
        introduction/draw_ns net $$ 999999999
}

# ---- leave_ns, keep_ns ----

@test "leave_ns: it is away from home, and then back" {
    home=$(readlink /proc/self/ns/net)
    run -0 introduction/leave_ns
    [[ ${#lines[@]} -eq 3 && ${lines[0]} == "home   $home" ]]
    [[ ${lines[1]} == 'away   net:['+([0-9])']' && ${lines[1]} != *"$home" ]]
    [ "${lines[2]}" = "back   $home" ]
}

@test "leave_ns: the way back is an open descriptor, and setns" {
    run -0 strace -e trace=openat,unshare,setns introduction/leave_ns
    [[ $output =~ \"/proc/self/ns/net\",\ O_RDONLY\|O_CLOEXEC\)\ =\ ([0-9]+) ]]
    [[ $output == *"unshare(CLONE_NEWNET)"*"setns(${BASH_REMATCH[1]}, CLONE_NEWNET)"* ]]
}

@test "leave_ns: an ordinary user gets EPERM" {
    capture as_reader introduction/leave_ns
    [ "$status" -eq 1 ]
    [ "$stderr" = 'leave_ns: unshare: Operation not permitted' ]
}

@test "leave_ns: a wrong call prints the usage and exits 2" {
    refused 2 'usage: leave_ns' introduction/leave_ns now
}

@test "keep_ns: the keeper enters what the creator has made" {
    home=$(readlink /proc/self/ns/net)
    run -0 introduction/keep_ns
    settled
    made=${lines[0]#creator in } made=${made%%: *}
    [[ $made == 'net:['+([0-9])']' && $made != "$home" ]]
    [ "${lines[0]}" = "creator in $made: a new namespace" ]
    [ "${lines[1]}" = "creator in $home: home again, nobody is inside" ]
    [ "${lines[2]}" = "keeper  in $home: the creator is gone" ]
    [ "${lines[3]}" = "keeper  in $made: entered by the descriptor" ]
    [ "${#lines[@]}" -eq 4 ]
}

@test "keep_ns: the keeper enters after the creator's exit" {
    run -0 strace -f -e trace=setns,exit_group introduction/keep_ns
    settled
    [[ $output == *setns*exit_group*setns*exit_group*exit_group* ]]
}

@test "keep_ns: an ordinary user gets EPERM, said once" {
    refused 1 'keep_ns: unshare: Operation not permitted' \
        as_reader introduction/keep_ns
    settled
}

@test "keep_ns: a wrong call prints the usage and exits 2" {
    refused 2 'usage: keep_ns' introduction/keep_ns now
}

@test "keep_ns: a child that the caller had is not waited for" {
    run -0 timeout 5 sh -c 'sleep 1000 >/dev/null 2>&1 3>&- 4>&- & echo $! >"$0"
        exec introduction/keep_ns' "$other/pid"
    read -r child <"$other/pid"
    kill -KILL "$child"
    settled
    [[ $output == *'entered by the descriptor' ]]
}

@test "keep_ns: with SIGCHLD ignored it ends as ever" {
    run -0 env --ignore-signal=CHLD introduction/keep_ns
    settled
    [ "${#lines[@]}" -eq 4 ]
    run -1 as_reader env --ignore-signal=CHLD introduction/keep_ns
    settled
}

@test "keep_ns: where stdin and stdout are closed, that is said" {
    capture sh -c 'introduction/keep_ns <&- >&-'
    [[ $status -eq 1 && $stderr == 'keep_ns: fcntl: stdout: Bad file descriptor' ]]
}

# ---- keep_socket ----

@test "keep_socket: a namespace lives by the socket alone" {
    ip netns add box
    ip netns set box 7
    nsenter --net=/run/netns/box introduction/keep_socket /proc/$$/ns/net \
        sleep 1000 3>&- 4>&- &
    becomes sleep $!
    ip netns delete box
    run -0 ip netns list-id nsid 7
    [[ /proc/$!/ns/net -ef /proc/self/ns/net ]]
    end $!
    run ! ip netns list-id nsid 7
}

@test "keep_socket: the command runs in the namespace of the file" {
    member --net
    run -7 introduction/keep_socket "/proc/$member/ns/net" \
        sh -c 'readlink /proc/self/ns/net; exit 7'
    [ "$output" = "$(readlink "/proc/$member/ns/net")" ]
    end "$member"
}

@test "keep_socket: what is no network namespace is refused" {
    for file in /proc/self/ns/uts "$other/file"; do
        refused 1 "keep_socket: setns: $file: Invalid argument" \
            introduction/keep_socket "$file" echo
    done
    refused 1 "keep_socket: open: $other/none: No such file or directory" \
        introduction/keep_socket "$other/none" echo
    refused 1 'keep_socket: setns: /proc/self/ns/net: Operation not permitted' \
        as_reader introduction/keep_socket /proc/self/ns/net echo
}

@test "keep_socket: a wrong call prints the usage and exits 2" {
    refused 2 'usage: keep_socket FILE COMMAND [ARG]...' introduction/keep_socket
    refused 2 'usage: keep_socket FILE COMMAND [ARG]...' \
        introduction/keep_socket /proc/self/ns/net
    refused 2 'usage: keep_socket FILE COMMAND [ARG]...' \
        introduction/keep_socket -f true
    refused 127 'keep_socket: /no/such: No such file or directory' \
        introduction/keep_socket /proc/self/ns/net /no/such
}

# ---- send_ns, receive_ns ----

# receive COMMAND [ARG]...: start a receiver, and wait until one can send to it.
# received then waits for its end, and sets what capture sets.
receive() {
    "$@" >"$other/.out" 2>"$other/.err" 3>&- 4>&- &
    receiver=$!
    until [ -S "$scratch/socket" ]; do
        [ -e "/proc/$receiver" ]
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
    perl -MSocket -e 'socket(S, AF_UNIX, SOCK_DGRAM, 0) or die;
        connect(S, pack_sockaddr_un(shift)) or die;' -e "$1" "$scratch/socket"
}

@test "receive_ns: the command runs in the namespace that was sent" {
    member --net
    receive introduction/receive_ns "$scratch/socket" \
        sh -c 'readlink /proc/self/ns/net; exit 7'
    run -0 introduction/send_ns "$scratch/socket" "/proc/$member/ns/net"
    [ -z "$output" ]
    received
    [ "$status" -eq 7 ]
    [ "$output" = "$(readlink "/proc/$member/ns/net")" ]
    end "$member"
}

@test "send_ns: an ordinary user may send, too" {
    receive introduction/receive_ns "$scratch/socket" true
    open_scratch
    chmod 777 "$scratch/socket"
    run -0 as_reader introduction/send_ns "$scratch/socket" /proc/self/ns/net
    received
    [ "$status" -eq 0 ]
}

@test "receive_ns: no descriptor leaks into the command" {
    receive introduction/receive_ns "$scratch/socket" ls -l /proc/self/fd
    run -0 introduction/send_ns "$scratch/socket" /proc/self/ns/net
    received
    [[ $output == *' 0 -> '* && $output != *net:* && $output != *socket:* ]]
}

@test "receive_ns: a message without a descriptor is refused" {
    receive introduction/receive_ns "$scratch/socket" echo
    deliver 'syswrite S, "x" or die'
    received
    [[ $status -eq 1 && -z $output ]]
    [ "$stderr" = 'receive_ns: recvmsg: no descriptor' ]
}

@test "receive_ns: who only connects is not waited for" {
    receive introduction/receive_ns "$scratch/socket" true
    deliver ''
    run -0 introduction/send_ns "$scratch/socket" /proc/self/ns/net
    received
    [ "$status" -eq 0 ]
}

@test "receive_ns: two descriptors are one too many" {
    receive introduction/receive_ns "$scratch/socket" echo
    # sendmsg is system call 46 on x86-64; the header is SCM_RIGHTS.
    deliver 'open N, "<", "/proc/self/ns/net" or die;
        my $x = "x"; my $iov = pack("PQ", $x, 1);
        my $fds = pack("QiiII", 24, 1, 1, fileno N, fileno N);
        my $msg = pack("QQPQPQQ", 0, 0, $iov, 1, $fds, 24, 0);
        syscall(46, fileno S, $msg, 0) == 1 or die $!'
    received
    [[ $status -eq 1 && -z $output ]]
    [ "$stderr" = 'receive_ns: recvmsg: more than one descriptor' ]
}

@test "receive_ns: what is no network namespace is refused" {
    for file in /proc/self/ns/uts "$other/file"; do
        receive introduction/receive_ns "$scratch/socket" echo
        run -0 introduction/send_ns "$scratch/socket" "$file"
        received
        [[ $status -eq 1 && -z $output ]]
        [ "$stderr" = 'receive_ns: setns: Invalid argument' ]
    done
}

@test "receive_ns: a command that does not exist gives 127" {
    receive introduction/receive_ns "$scratch/socket" /no/such
    run -0 introduction/send_ns "$scratch/socket" /proc/self/ns/net
    received
    [ "$status" -eq 127 ]
    [ "$stderr" = 'receive_ns: /no/such: No such file or directory' ]
}

@test "receive_ns: an ordinary user receives, but may not enter" {
    open_scratch
    receive as_reader introduction/receive_ns "$scratch/socket" echo
    run -0 introduction/send_ns "$scratch/socket" /proc/self/ns/net
    received
    [[ $status -eq 1 && -z $output ]]
    [ "$stderr" = 'receive_ns: setns: Operation not permitted' ]
}

@test "receive_ns: a file that exists is not touched" {
    refused 1 "receive_ns: bind: $other/file: Address already in use" \
        timeout 5 introduction/receive_ns "$other/file" echo
    [ "$(<"$other/file")" = text ]
}

@test "receive_ns: a path too long for a socket is refused" {
    printf -v long "$scratch/%0108d" 0
    refused 1 "receive_ns: $long: File name too long" \
        timeout 5 introduction/receive_ns "$long" echo
}

@test "receive_ns: a wrong call prints the usage and exits 2" {
    usage='usage: receive_ns SOCKET COMMAND [ARG]...'
    refused 2 "$usage" introduction/receive_ns
    refused 2 "$usage" timeout 5 introduction/receive_ns "$scratch/socket"
    refused 2 "$usage" introduction/receive_ns -s true
    refused 2 "$usage" timeout 5 introduction/receive_ns '' true
}

@test "send_ns: where nobody listens it says so" {
    refused 1 "send_ns: connect: $other/none: No such file or directory" \
        introduction/send_ns "$other/none" /proc/self/ns/net
    refused 1 "send_ns: connect: $other/file: Connection refused" \
        introduction/send_ns "$other/file" /proc/self/ns/net
}

@test "send_ns: a file that does not exist is named" {
    refused 1 "send_ns: open: $other/none: No such file or directory" \
        introduction/send_ns "$scratch/socket" "$other/none"
}

@test "send_ns: a path too long for a socket is refused" {
    printf -v long "$scratch/%0108d" 0
    refused 1 "send_ns: $long: File name too long" \
        introduction/send_ns "$long" /proc/self/ns/net
}

@test "send_ns: a wrong call prints the usage and exits 2" {
    refused 2 'usage: send_ns SOCKET FILE' \
        introduction/send_ns "$scratch/socket"
    refused 2 'usage: send_ns SOCKET FILE' \
        introduction/send_ns -s /proc/self/ns/net
    refused 2 'usage: send_ns SOCKET FILE' \
        introduction/send_ns '' /proc/self/ns/net
}
