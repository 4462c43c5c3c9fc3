#!/usr/bin/env bats
# introduction.bats - sentences of docs/introduction.rst, put to the kernel
# shellcheck disable=SC2016,SC2030,SC2031,SC2086,SC2154

load helper

# System calls, for perl.
export prctl=157 unshare=272 setns=308

# of_type TYPE: the options of unshare(1) with which a command sees a new one
of_type() {
    case $1 in
    mnt) echo --mount ;;
    pid | time) echo "--$1 --fork" ;;
    *) echo "--$1" ;;
    esac
}

# in_new TYPE COMMAND [ARG]...: run a command in a new namespace of a type
in_new() {
    local options
    read -r -a options <<<"$(of_type "$1")"
    unshare "${options[@]}" "${@:2}"
}

# without CAPABILITY COMMAND [ARG]..., with CAPABILITY COMMAND [ARG]...: run it as a
# root that has all capabilities but one, or no other
without() {
    setpriv --inh-caps="-$1" --bounding-set="-$1" "${@:2}"
}

with() {
    setpriv --inh-caps="-all,+$1" --bounding-set="-all,+$1" "${@:2}"
}

# owner_of FILE: print the user namespace that owns a namespace, by NS_GET_USERNS
owner_of() {
    perl -e 'open(NS, "<", shift) or die;
        my $fd = ioctl(NS, 0xb701, 0) or die "ioctl: $!\n";
        print readlink("/proc/self/fd/$fd"), "\n"' "$1"
}
export -f owner_of

# ---- what is a namespace? ----

@test "There is no second kernel behind that answer" {
    local boot=/proc/sys/kernel/random/boot_id
    run -0 unshare --net --uts --pid --fork --mount-proc \
        sh -c "hostname paper; hostname; echo \$\$; cat $boot; ip -brief link | wc -l"
    [ "$output" = "paper"$'\n1\n'"$(<$boot)"$'\n1' ]
}

@test "It answers for the container, not for the machine" {
    run -0 bwrap --bind / / --unshare-all --hostname paper --proc /proc --dev /dev \
        bash -c 'netdevs; hostname; cat /proc/[0-9]*/comm'
    settled
    [[ ${lines[0]} = lo && ${lines[1]} = paper && $output != *init* ]]
}

@test "in a machine that exists in memory only" {
    run -0 findmnt --noheadings --output FSTYPE,OPTIONS /
    [[ $output == overlay*upperdir=/upper* ]]
    run -0 sh -c 'cat /sys/block/*/ro | sort -u'
    [ "$output" = 1 ]
}

@test "Whatever you break there is gone" {
    run findmnt --noheadings --raw --output TARGET --options rw --types 9p,ext4,btrfs,xfs,vfat
    [ -z "$output" ]
}

@test "building it needs nothing but a compiler, the C library" {
    local file
    for file in /book/code-samples/*.c /book/code-samples/*/*.c; do
        run -0 cc -MM "$file"
        [[ ${output//\\$'\n'/} == "$(basename "$file" .c).o: $file" ]]
    done
}

@test "cc unshare.c -o unshare" {
    cc /book/code-samples/unshare.c -o "$scratch/unshare"
    run -0 "$scratch/unshare" readlink /proc/self/ns/net
    rm "$scratch/unshare"
    [[ $output == net:* && $output != "$(readlink /proc/self/ns/net)" ]]
}

@test "The types are independent" {
    local type other links
    for type in "${types[@]}"; do
        links=("${types[@]/#//proc/self/ns/}")
        run -0 in_new "$type" readlink "${links[@]}"
        for other in "${types[@]}"; do
            if [ "$other" = "$type" ]; then
                [[ $output != *"$(readlink "/proc/self/ns/$other")"* ]]
            else
                [[ $output == *"$(readlink "/proc/self/ns/$other")"* ]]
            fi
        done
    done
}

@test "There are eight types" {
    run -0 bash -c 'readlink /proc/self/ns/* | cut -d : -f 1 | sort -u'
    [ "$output" = "$(printf '%s\n' "${types[@]}")" ]
}

@test "the list of mounts, so what every path leads to" {
    run -0 unshare --mount sh -c 'mount -t tmpfs none /etc; ls -A /etc'
    [ -z "$output" ]
    [ -e /etc/passwd ]
}

# ---- viewing ----

@test "A new pid namespace is shown there at once by Linux 7.3, by 6.12 and older ones only" {
    run -0 perl -e 'syscall($ENV{unshare}, 0x20000000) and die;
        my $link = "/proc/self/ns/pid_for_children";
        print readlink($link) || "none", "\n"; system("true"); print readlink($link)'
    [[ ${lines[1]} == pid:* && ${lines[1]} != "$(readlink /proc/self/ns/pid)" ]]
    if at_least 7.3; then
        [ "${lines[0]}" = "${lines[1]}" ]
    else
        at_least 6.13 || [ "${lines[0]}" = none ]
    fi
}

@test "the namespace that the next child of the process will be born into" {
    run -0 perl -e 'syscall($ENV{unshare}, 0x80) and die;
        print readlink("/proc/self/ns/$_"), "\n" for "time", "time_for_children";
        fork or exec "sleep", 0 or die; wait;
        unless (my $p = fork) { print readlink("/proc/self/ns/time"), "\n"; exit } wait'
    [ "${lines[0]}" = "$(readlink /proc/self/ns/time)" ]
    [ "${lines[1]}" != "${lines[0]}" ]
    [ "${lines[2]}" = "${lines[1]}" ]
}

@test "A new time namespace is also entered by the next exec, since Linux 6.2" {
    run -0 unshare --time readlink /proc/self/ns/time
    if at_least 6.2; then
        [ "$output" != "$(readlink /proc/self/ns/time)" ]
    else
        [ "$output" = "$(readlink /proc/self/ns/time)" ]
    fi
}

@test "behind the link is a file, in a file system of the kernel's own" {
    run -0 stat --dereference --format '%i %F' /proc/self/ns/net
    [ "net:[${output%% *}]" = "$(readlink /proc/self/ns/net)" ]
    run -0 stat --file-system --format %T /proc/self/ns/net
    [ "$output" = nsfs ]
    run -1 grep -w nsfs /proc/filesystems
}

@test "Opening it gives a file descriptor for the namespace itself" {
    exec 9</proc/self/ns/uts
    run -0 readlink /proc/self/fd/9
    exec 9<&-
    [ "$output" = "$(readlink /proc/self/ns/uts)" ]
}

@test "Six of the eight initial namespaces have the same number on every Linux" {
    run -0 readlink /proc/1/ns/{ipc,uts,user,pid,cgroup,time}
    [ "$output" = 'ipc:[4026531839]
uts:[4026531838]
user:[4026531837]
pid:[4026531836]
cgroup:[4026531835]
time:[4026531834]' ]
}

@test "Since Linux 6.17 those of net and mnt are fixed, too" {
    run -0 readlink /proc/1/ns/{net,mnt}
    if at_least 6.17; then
        [ "$output" = $'net:[4026531833]\nmnt:[4026531832]' ]
    else
        [ "$output" != $'net:[4026531833]\nmnt:[4026531832]' ]
    fi
}

@test "All others are given out as needed" {
    run -0 unshare --uts sh -c 'readlink /proc/self/ns/uts; unshare --uts readlink /proc/self/ns/uts'
    [ "${lines[0]}" != "${lines[1]}" ]
}

@test "Two processes share a namespace if their links lead to the same file" {
    member --net
    nsenter --target "$member" --net ip link add one type veth peer name two
    [[ ! /proc/self/ns/net -ef /proc/$member/ns/net ]]
    run -0 nsenter --target "$member" --net bash -c '[[ $1 -ef $2 ]] && netdevs' \
        bash "/proc/$member/ns/net" /proc/self/ns/net
    end "$member"
    [[ $output == *one* ]]
}

@test "The program moves into the folder first" {
    run -0 strace -e trace=chdir,readlink,getdents64 introduction/show_ns
    [[ $output == *'chdir("/proc/self/ns")'*getdents64*'readlink("cgroup"'* ]]
}

@test "Given a process number it shows that process instead" {
    member --uts
    run -0 introduction/show_ns "$member"
    [[ $output == *"$(readlink "/proc/$member/ns/uts")"* ]]
    end "$member"
    [[ $output != *"$(readlink /proc/self/ns/uts)"* ]]
}

@test "threads are in namespaces; the folder has those of the first" {
    cc -pthread -x c -o "$scratch/thread" - <<'END'
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
static void *run(void *arg)
{
    if (unshare(CLONE_NEWNET))
        exit(1);
    system("readlink /proc/self/ns/net");
    exit(system("readlink /proc/$PPID/ns/net"));
    return arg;
}
int main(void)
{
    pthread_t thread;
    return pthread_create(&thread, 0, run, 0) || pthread_join(thread, 0);
}
END
    run -0 "$scratch/thread"
    rm "$scratch/thread"
    [ "${lines[0]}" != "${lines[1]}" ]
    [ "${lines[1]}" = "$(readlink /proc/self/ns/net)" ]
}

@test "Of a zombie two links lead somewhere, pid and user" {
    run -0 perl -e 'my $child = fork; exit unless $child;
        open(STAT, "<", "/proc/$child/stat") or die;
        do { seek(STAT, 0, 0); $_ = <STAT> } until / Z /;
        system "cd /proc/$child/ns; ls | wc -l; readlink * 2>/dev/null | cut -d : -f 1"'
    settled
    [ "$output" = $'10\npid\nuser' ]
}

@test "Since Linux 6.18 each namespace also has a 64-bit id" {
    since 6.18
    local get='open(NS, "<", "/proc/self/ns/uts") or die; my $id = pack "Q";
        ioctl(NS, 0x8008b70d, $id) or die "$!"; print unpack("Q", $id), " ", (stat NS)[1]'
    run -0 sh -c 'unshare --uts perl -e "$0"; echo; unshare --uts perl -e "$0"' "$get"
    [ "${lines[0]#* }" = "${lines[1]#* }" ]
    [ "${lines[0]% *}" -lt "${lines[1]% *}" ]
}

@test "An ordinary user may read the links of most of the user's own processes, but not those of others" {
    as_reader sh -c 'readlink /proc/$$/ns/net'
    fails 'Permission denied' as_reader readlink --verbose /proc/1/ns/net
    # One that may not dump its memory, as what has run set-user-ID, is not readable.
    fails 'Permission denied' as_reader perl -e 'syscall($ENV{prctl}, 4, 0) and die;
        exit(system("readlink", "--verbose", "/proc/$$/ns/net") >> 8)'
}

@test "readlink says why only when asked to be verbose" {
    capture readlink /no/such/link
    [[ $status -eq 1 && -z $stderr ]]
    fails 'No such file' readlink --verbose /no/such/link
}

# ---- creating ----

@test "Since Linux 7.0, open_tree creates mnt namespaces, too" {
    since 7.0
    # with OPEN_TREE_NAMESPACE
    run -0 unshare --mount perl -e 'my $root = "/"; my $fd = syscall(428, -100, $root, 2 | 0x80000);
        $fd < 0 and die "open_tree: $!\n"; print readlink("/proc/self/fd/$fd"), "\n",
        readlink("/proc/self/ns/mnt")'
    [[ ${lines[0]} == mnt:* && ${lines[0]} != "${lines[1]}" ]]
}

@test "a failure names the call" {
    fails 'unshare: unshare: No space' strace -o /dev/null \
        --inject=unshare:error=ENOSPC ./unshare true
    fails 'unshare_clone: clone: No space' strace -o /dev/null \
        --inject=clone:error=ENOSPC ./unshare_clone true
    fails 'nsenter: setns: ' strace -o /dev/null \
        --inject=setns:error=ENOSPC ./nsenter /proc/self/ns/net true
}

@test "a copy for mnt and uts, an empty one for net" {
    ip link add one type veth peer name two
    run -0 unshare --net bash -c netdevs
    ip link delete one
    [ "$output" = lo ]
    run -0 unshare --mount sh -c 'wc -l </proc/self/mountinfo'
    [ "$output" = "$(wc -l </proc/self/mountinfo)" ]
    run -0 unshare --uts hostname
    [ "$output" = lab ]
}

@test "A process keeps its network namespace when it executes another program" {
    run -0 perl -e 'syscall($ENV{unshare}, 0x40000000) and die; $| = 1;
        print readlink("/proc/self/ns/net"), "\n"; exec "readlink", "/proc/self/ns/net"'
    [ "${lines[0]}" = "${lines[1]}" ]
}

@test "which also gives it that address" {
    run -0 unshare --net sh -c 'ip -brief -4 address; ip link set lo up; ip -brief -4 address'
    [[ ${#lines[@]} -eq 1 && $output == *127.0.0.1/8* ]]
}

@test "Where no command ran, ours end with 127" {
    local program
    for program in ./unshare ./unshare_clone './nsenter /proc/self/ns/net' \
        'introduction/keep_socket /proc/self/ns/net'; do
        run -127 $program no-such-command
        run -126 $program /etc/passwd
        run -1 as_reader $program true
        run -2 $program
    done
}

@test "Whatever the command changes now, it changes for the whole machine" {
    run -0 unshare --uts sh -c 'unshare hostname paper; hostname'
    [ "$output" = paper ]
}

@test "So the kernel asks for a privilege before it creates a namespace" {
    local type
    for type in "${types[@]}"; do
        [ "$type" = user ] ||
            fails 'Operation not permitted' as_reader unshare "--${type/mnt/mount}" true
    done
}

@test "some forty pieces" {
    run -0 cat /proc/sys/kernel/cap_last_cap
    [[ $output -ge 37 && $output -le 44 ]]
    with sys_admin ./unshare true
    fails 'Operation not permitted' without sys_admin ./unshare true
}

@test "in which reader counts as root and has all of them" {
    run -0 as_reader unshare --user --map-root-user \
        sh -c 'id -u; grep CapEff /proc/self/status; cat /proc/sys/kernel/cap_last_cap'
    [ "${lines[0]}" = 0 ]
    printf -v all %016x $(((2 << lines[2]) - 1))
    [ "${lines[1]##*$'\t'}" = "$all" ]
}

@test "which belongs to the new user namespace, its owner" {
    run -0 as_reader unshare --user --map-root-user \
        bash -c './unshare bash -c "owner_of /proc/self/ns/net; readlink /proc/self/ns/user"'
    [ "${lines[0]}" = "${lines[1]}" ]
    [ "${lines[0]}" != "$(readlink /proc/self/ns/user)" ]
}

@test "A capability counts in the user namespace where you have it, and for what that one owns" {
    as_reader unshare --user --map-root-user --net ip link set lo up
    fails 'Operation not permitted' as_reader unshare --user --map-root-user ip link set lo mtu 1500
}

@test "a limit can forbid user namespaces, and after chroot the kernel makes none" {
    unshare --user true
    fails 'No space left' unshare --user --map-root-user sh -c \
        'echo 0 >/proc/sys/user/max_user_namespaces && unshare --user true'
    fails 'Operation not permitted' unshare --mount sh -c \
        'mount --rbind / /mnt && chroot /mnt unshare --user true'
}

@test "a signal as the shell does, which is 128 plus its number" {
    run -0 sh -c 'sh -c "kill -TERM \$\$"; echo $?'
    [[ $output == *143 ]]
    run -143 ./unshare_clone sh -c 'kill -TERM $$'
}

# ---- pinning ----

@test "no matter who created it" {
    ip netns add box
    ip netns set box 7
    nsenter --net=/run/netns/box sleep 1000 3>&- 4>&- &
    becomes sleep $!
    ip netns delete box
    run -0 ip netns list-id nsid 7
    end $!
    run ! ip netns list-id nsid 7
}

@test "A mount needs something to be mounted on" {
    fails 'does not exist' ./unshare mount --bind /proc/self/ns/net "$scratch/none"
    fails 'wrong fs type' ./unshare mount --bind /proc/self/ns/net "$scratch"
}

@test "would lead nowhere once the process had ended" {
    member --net
    ln -s "/proc/$member/ns/net" "$scratch/link"
    [ -e "$scratch/link" ]
    end "$member"
    [ ! -e "$scratch/link" ]
    rm "$scratch/link"
}

@test "nothing that is meant for a namespace runs" {
    local program
    for program in ./unshare ./unshare_clone './nsenter /proc/self/ns/net' \
        'introduction/keep_socket /proc/self/ns/net'; do
        capture as_reader $program echo ran
        [[ $status -ne 0 && -z $output ]]
    done
}

@test "No shell runs inside: what unshare turns into is the mount" {
    run -0 strace --follow-forks --trace=unshare,execve ./pin-namespace.sh "$scratch/pin"
    unpin "$scratch/pin"
    [[ ${output#*unshare(} != *execve*'sh"'* ]]
    [[ ${output#*unshare(} == *execve*'/mount", ["mount", "--bind"'*' = 0'* ]]
}

@test "so that the script needs no file beside it" {
    run -0 sh -c 'cd / && sh "$0" "$1"' "$PWD/pin-namespace.sh" "$scratch/pin"
    run -0 stat --file-system --format %T "$scratch/pin"
    unpin "$scratch/pin"
    [ "$output" = nsfs ]
}

@test "the script removes the file that it made" {
    open_scratch
    fails 'Operation not permitted' as_reader ./pin-namespace.sh "$scratch/pin"
    [ ! -e "$scratch/pin" ]
}

@test "A signal has to wait until it has done either" {
    printf '#!/bin/sh\nkill -TERM $PPID\nexec /usr/bin/mount "$@"\n' >"$scratch/mount"
    chmod +x "$scratch/mount"
    run -0 env PATH="$scratch:$PATH" ./pin-namespace.sh "$scratch/pin"
    unpin "$scratch/pin"
    rm "$scratch/mount"
}

# ---- entering ----

@test "The descriptor is closed before the command runs" {
    run -0 strace --trace=openat,setns,close,execve ./nsenter /proc/self/ns/net true
    [[ $output =~ AT_FDCWD,\ \"/proc/self/ns/net\"[^=]*=\ ([0-9]+) ]]
    [[ ${output%%/true\"*} == *"setns(${BASH_REMATCH[1]}, 0)"*"close(${BASH_REMATCH[1]})"* ]]
}

@test "after setns the children of the caller are inside, so the program must make one" {
    member --pid --kill-child --fork
    run -0 perl -e 'open(NS, "<", shift) or die; my @was = (syscall(39),
        readlink("/proc/self/ns/pid")); syscall($ENV{setns}, fileno NS, 0) and die;
        print "@was\n", syscall(39), " ", readlink("/proc/self/ns/pid"), "\n";
        system("sh", "-c", "echo \$\$; readlink /proc/self/ns/pid")' "/proc/$member/ns/pid"
    [ "${lines[0]}" = "${lines[1]}" ]
    [ "${lines[2]}" = 2 ]
    [ "${lines[3]}" = "$(readlink "/proc/$member/ns/pid")" ]
    end $!
    settled
}

@test "is the expected type, or 0 for any" {
    local type
    for type in 0 0x40000000; do
        perl -e 'open(NS, "</proc/self/ns/net") or die;
            syscall($ENV{setns}, fileno NS, hex shift) and die "$!\n"' "$type"
    done
    fails 'Invalid argument' perl -e 'open(NS, "</proc/self/ns/net") or die;
        syscall($ENV{setns}, fileno NS, 0x04000000) and die "$!\n"'
}

@test "the kernel looks at what the descriptor is and not at its name" {
    : >"$scratch/net"
    fails 'Invalid argument' ./nsenter "$scratch/net" true
    rm "$scratch/net"
    pin "$scratch/uts"
    run -0 ./nsenter -o net "$scratch/uts" true
    unpin "$scratch/uts"
}

@test "says that the other end is device number 3 of some other namespace" {
    member --net
    ip link add veth0 type veth peer name veth1
    ip link set veth0 netns "$member"
    run -0 nsenter --target "$member" --net ip -oneline link show veth0
    there=${lines[0]%%:*}
    run -0 ip -oneline link show veth1
    ip link delete veth1
    end "$member"
    [[ $output == *"veth1@if$there:"* ]]
}

@test "A veth device arrives without its addresses and down" {
    member --net
    run -0 ./unshare bash -c 'ip link add veth0 type veth peer name veth1
        ip address add 10.1.1.1/24 dev veth0; ip link set veth0 up
        ip -brief address show veth0; ip link set veth0 netns "$1"
        nsenter --target "$1" --net ip -brief address; :' bash "$member"
    end "$member"
    [[ ${lines[0]} == *10.1.1.1* && $output != *10.1.1.1*10.1.1.1* ]]
    [[ ${lines[-1]} == 'veth0@'*DOWN* ]]
}

@test "Whoever enters a namespace sees what its other members see, of that type, from that moment on" {
    member --net --uts
    nsenter --target "$member" --net --uts sh -c \
        'hostname paper; ip link add one type veth peer name two'
    run -0 ./nsenter "/proc/$member/ns/net" bash -c 'netdevs; hostname'
    nsenter --target "$member" --net ip link delete one
    end "$member"
    [[ ${#lines[@]} -eq 4 && $output == *one* && ${lines[3]} = lab ]]
}

@test "a /proc goes on showing the processes of its own pid namespace" {
    run -0 unshare --pid --fork sh -c 'echo $$; cat /proc/1/comm'
    [ "$output" = $'1\n'"$(</proc/1/comm)" ]
}

@test "because it looks at the process that opens it" {
    ip link add one type veth peer name two
    run -0 ./unshare perl -e 'open(NEW, "</proc/net/dev") or die; open(HOME, "</proc/1/ns/net");
        syscall($ENV{setns}, fileno HOME, 0) and die; print scalar(grep /one/, <NEW>);
        open(OLD, "</proc/net/dev") or die; print scalar(grep /one/, <OLD>)'
    ip link delete one
    [ "$output" = 01 ]
}

# ---- destroying and leaving ----

@test "The right to delete the file is all it takes" {
    open_scratch
    mkdir "$scratch/own"
    chown reader "$scratch/own"
    member --mount
    ./pin-namespace.sh "$scratch/own/pin"
    fails 'busy' as_reader rm -f "$scratch/own/pin"
    nsenter --target "$member" --mount setpriv --reuid=reader --clear-groups rm -f "$scratch/own/pin"
    run -0 findmnt --noheadings --type nsfs
    end "$member"
    rmdir "$scratch/own"
    [ -z "$output" ]
}

@test "In /tmp other users are stopped" {
    member --mount
    ./pin-namespace.sh /tmp/pin
    fails 'Operation not permitted' nsenter --target "$member" --mount \
        setpriv --reuid=reader --clear-groups rm -f /tmp/pin
    nsenter --target "$member" --mount rm /tmp/pin
    run -0 findmnt --noheadings --type nsfs
    end "$member"
    [ -z "$output" ]
}

@test "The descriptor home is opened before unshare" {
    run -0 strace --trace=openat,unshare introduction/leave_ns
    [[ $output == *'"/proc/self/ns/net"'*'unshare('* ]]
}

@test "Afterwards it would be too late" {
    run -0 ./unshare sh -c '[ /proc/self/ns/net -ef /proc/1/ns/net ] || echo new'
    [ "$output" = new ]
}

# ---- tools ----

@test "It forks where a pid namespace asks for it" {
    member --pid --uts --kill-child --fork
    run -0 strace --trace=clone,fork,vfork nsenter --target "$member" --pid true
    [[ $output == *'clone('* ]]
    run -0 strace --trace=clone,fork,vfork nsenter --target "$member" --uts true
    [[ $output != *'clone('* ]]
    end $!
    settled
}

@test "the descriptors that they hold and the mounts that it can see" {
    member --net
    exec 9<"/proc/$member/ns/net"
    end "$member"
    run -0 lsns --noheadings --type net --output NS
    [[ $output == *"$(stat --dereference --format %i /proc/self/fd/9)"* ]]
    exec 9<&-
    run -0 lsns --noheadings --type net --output NS
    [ "${#lines[@]}" -eq 1 ]
}

@test "A line without a command is a namespace in which it finds nobody" {
    touch "$scratch/pin"
    unshare --net="$scratch/pin" true
    run -0 lsns --noheadings --type net --output COMMAND,NSFS
    [[ $output =~ (^|$'\n')' '+"$scratch/pin"($'\n'|$) ]]
    umount "$scratch/pin"
    rm "$scratch/pin"
}

@test "Run by reader, who may not look at the namespaces of root's processes" {
    local pin=$scratch/pin
    open_scratch
    touch "$pin"
    unshare --net="$pin" sleep 1000 3>&- 4>&- &
    becomes sleep $!
    run -0 lsns --noheadings --type net --output COMMAND,NSFS
    [[ $output == *"sleep 1000"*"$pin"* ]]
    fails 'Permission denied' as_reader readlink --verbose "/proc/$!/ns/net"
    run -0 as_reader lsns --noheadings --type net --output COMMAND,NSFS
    [[ $output == *"$pin"* && $output != *sleep* ]]
    end $!
    umount "$pin"
    rm "$pin"
}

@test "kdevtmpfs is a thread of the kernel's own" {
    run -0 sh -c 'cat /proc/$(pgrep -x kdevtmpfs)/stat'
    [[ $output == *'(kdevtmpfs) '?' 2 '* ]]
}

@test "ip netns exec runs any other, and mounts a matching /sys before it does" {
    ip netns add box
    ip -netns box link add one type veth peer name two
    run -0 ip netns exec box ls /sys/class/net
    [[ $output == *one* ]]
    run -0 nsenter --net=/run/netns/box ls /sys/class/net
    ip netns delete box
    [[ $output != *one* ]]
}

# ---- a parent that waits ----

# clone_of FLAGS: print the status of a raw clone with no stack, what waitpid finds of
# the child, and whether the child had another time namespace
clone_of() {
    perl -e 'my $home = readlink("/proc/self/ns/time"); my $pid = syscall(56, hex shift, 0, 0, 0, 0);
        if ($pid == 0) { exit(readlink("/proc/self/ns/time") eq $home ? 3 : 4) }
        $pid > 0 or print("$!\n"), exit; my $found = waitpid($pid, 0) == $pid;
        $found or waitpid($pid, 0x40000000); print $found ? "found" : "lost", " ", $? >> 8' "$1"
}

@test "So the parent ignores SIGINT, which ^C sends, and SIGQUIT, its relative" {
    # What a shell starts with & ignores both.
    env --default-signal=INT,QUIT ./unshare_clone sleep 1000 3>&- 4>&- &
    child=''
    until [ -n "$child" ]; do read -r child <"/proc/$!/task/$!/children" || :; done
    becomes sleep "$child"
    run -0 grep SigIgn "/proc/$!/status"
    ignored=$((0x${output##*$'\t'}))
    run -0 grep SigIgn "/proc/$child/status"
    end "$child"
    [[ $((ignored & 6)) -eq 6 && $((0x${output##*$'\t'} & 6)) -eq 0 ]]
}

@test "unless the command asked for a signal at that moment, as ours does" {
    local program child
    for program in './unshare_clone' 'unshare --net --fork'; do
        $program sleep 1000 3>&- 4>&- &
        child=''
        until [ -n "$child" ]; do read -r child <"/proc/$!/task/$!/children" || :; done
        becomes sleep "$child"
        end $!
        [ "$program" != ./unshare_clone ] || settled
        [[ $program == ./unshare_clone || -e /proc/$child ]]
    done
    kill -KILL "$child"
    settled
}

@test "An exec that changes the effective user or group, or adds capabilities, cancels the request" {
    local mode owner caps left found
    local ask=(perl -e 'syscall($ENV{prctl}, 1, 9) and die; exec shift' "$scratch/asked")
    open_scratch
    cc -x c -o "$scratch/asked" - <<'END'
#include <sys/prctl.h>
int main(void)
{
    int signal = 1;
    prctl(PR_GET_PDEATHSIG, &signal);
    return signal;
}
END
    # mode, owner, capabilities; what reader has left of the request, and root
    while read -r mode owner caps left; do
        chown "$owner" "$scratch/asked"
        chmod "$mode" "$scratch/asked"
        setcap "$caps" "$scratch/asked"
        capture as_reader "${ask[@]}"
        found=$status
        capture "${ask[@]}"
        [ "$found $status" = "$left" ]
    done <<'END'
755 root:root = 9 9
4755 root:root = 0 9
4755 reader:root = 9 0
2755 root:reader = 9 0
2755 root:games = 0 0
755 root:root cap_net_raw+ep 0 9
END
    setcap -r "$scratch/asked"
    chmod 4755 "$scratch/asked"
    run -9 as_reader setpriv --no-new-privs "${ask[@]}"
    rm "$scratch/asked"
}

@test "without SIGCHLD there, waitpid would not find the child" {
    run -0 clone_of 0
    [ "$output" = 'lost 3' ]
    run -0 clone_of 11
    [ "$output" = 'found 3' ]
}

@test "A bit of that byte is CLONE_NEWTIME" {
    # clone takes 0x80 for a part of the signal; the argument of clone3 has a field for it
    run -0 clone_of 91
    [[ $output = 'lost 3' || $output = 'Invalid argument' ]]
    run -0 perl -e 'my $home = readlink("/proc/self/ns/time");
        my $args = pack("Q8", 0x80, 0, 0, 0, 17, 0, 0, 0); my $pid = syscall(435, $args, 64);
        exit(readlink("/proc/self/ns/time") eq $home) if $pid == 0; waitpid($pid, 0); print $?'
    [ "$output" = 0 ]
    run -0 unshare --time --fork readlink /proc/self/ns/time
    [ "$output" != "$(readlink /proc/self/ns/time)" ]
}

@test "The system call would accept NULL" {
    run -0 clone_of 11
    [ "$output" = 'found 3' ]
}

@test "The C library's function insists on one" {
    cc -x c -o "$scratch/clone" - <<'END'
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <signal.h>
static int run(void *arg)
{
    return arg != 0;
}
int main(void)
{
    if (clone(run, 0, SIGCHLD, 0) == -1)
        err(1, "clone");
}
END
    fails 'Invalid argument' "$scratch/clone"
    rm "$scratch/clone"
}

# ---- what keeps a network alive ----

@test "A pid or user namespace stays while it has children" {
    # NS_GET_PARENT, of a descriptor that is all that is left of the child
    run -0 unshare --user --map-root-user perl -e 'my $parent = readlink("/proc/self/ns/user");
        pipe(R, W); my $pid = fork; if ($pid == 0) { syscall($ENV{unshare}, 0x10000000) and die;
            syswrite W, "x"; sleep }
        sysread R, $_, 1; open(NS, "<", "/proc/$pid/ns/user") or die; kill 9, $pid; wait;
        my $fd = ioctl(NS, 0xb702, 0) or die; print readlink("/proc/self/fd/$fd") eq $parent ? 1 : 0'
    [ "$output" = 1 ]
}

@test "and a pid namespace while a proc file system shows it" {
    # Where there may be one, a second one says whether the first has gone.
    run -0 unshare --user --map-root-user --mount sh -euc '
        echo 1 >/proc/sys/user/max_pid_namespaces
        unshare --pid --fork mount -t proc none /mnt
        for i in 1 2 3 4 5; do ! unshare --pid --fork true || exit 1; done
        umount /mnt
        until unshare --pid --fork true 2>/dev/null; do :; done'
    [[ $output == *'No space left on device'* ]]
}

@test "a user namespace while it owns another namespace" {
    member --user --map-root-user --net
    owner=$(readlink "/proc/$member/ns/user")
    exec 9<"/proc/$member/ns/net"
    end "$member"
    run -0 owner_of /proc/self/fd/9
    exec 9<&-
    [ "$output" = "$owner" ]
}

@test "it belongs to the network namespace it was made in, for as long as it is open" {
    # SIOCGSKNS: the namespace of a socket
    run -0 perl -MSocket -e 'open(HOME, "</proc/self/ns/net") or die;
        syscall($ENV{unshare}, 0x40000000) and die; my $made = readlink("/proc/self/ns/net");
        socket(S, AF_INET, SOCK_DGRAM, 0) or die; syscall($ENV{setns}, fileno HOME, 0) and die;
        my $fd = ioctl(S, 0x894c, 0) or die; print readlink("/proc/self/fd/$fd") eq $made ? 1 : 0'
    [ "$output" = 1 ]
}

@test "It reads from a pipe to which nobody writes" {
    run -0 strace --follow-forks --trace=read,write introduction/keep_ns
    settled
    [[ $output =~ \"\",\ 1\)\ +=\ 0 ]]
    run -0 grep -c '= 1$' <<<"$output"
    [ "$output" = 2 ]
}

@test "every open(2) in this book carries O_CLOEXEC" {
    run -0 grep -rnE --include=*.c '[^a-z_]open(at)?\(' /book/code-samples
    for line in "${lines[@]}"; do
        [[ $line == *O_CLOEXEC* || $line == *'* '* ]] || { echo "$line"; false; }
    done
}

@test "By a second pipe the program, which is no parent of the keeper's, learns that all is done" {
    run -0 strace --follow-forks --trace=write,exit_group introduction/keep_ns
    settled
    [[ $output == *exit_group*'"\0", 1)'*exit_group* ]]
}

@test "as soon as its name can be found, a message can be sent to it, and waits" {
    introduction/receive_ns "$scratch/socket" readlink /proc/self/ns/net >"$BATS_FILE_TMPDIR/.out" 3>&- 4>&- &
    until [ -S "$scratch/socket" ]; do :; done
    kill -STOP $!
    run -0 introduction/send_ns "$scratch/socket" /proc/self/ns/net
    kill -CONT $!
    wait $!
    [ "$(<"$BATS_FILE_TMPDIR/.out")" = "$(readlink /proc/self/ns/net)" ]
}

@test "A descriptor in it is in no process meanwhile, and keeps its namespace all the same" {
    local made state='' fd
    member --net
    made=$(readlink "/proc/$member/ns/net")
    introduction/receive_ns "$scratch/socket" readlink /proc/self/ns/net >"$BATS_FILE_TMPDIR/.out" 3>&- 4>&- &
    until [ -S "$scratch/socket" ]; do :; done
    kill -STOP $!
    until [ "$state" = T ]; do
        read -r _ _ state _ <"/proc/$!/stat"
    done
    run -0 introduction/send_ns "$scratch/socket" "/proc/$member/ns/net"
    end "$member"
    for fd in /proc/[0-9]*/fd/*; do
        [ "$(readlink "$fd")" != "$made" ]
    done
    kill -CONT $!
    wait $!
    [ "$(<"$BATS_FILE_TMPDIR/.out")" = "$made" ]
}

# ---- who may do what ----

@test "The sender needs no capability" {
    open_scratch
    introduction/receive_ns "$scratch/socket" true 3>&- 4>&- &
    until [ -S "$scratch/socket" ]; do :; done
    fails 'Permission denied' as_reader introduction/send_ns "$scratch/socket" /proc/self/ns/net
    chmod 777 "$scratch/socket"
    run -0 as_reader introduction/send_ns "$scratch/socket" /proc/self/ns/net
    wait $!
}

@test "the right to write to the socket" {
    open_scratch
    run -0 perl -MSocket -e 'socket(S, AF_UNIX, SOCK_DGRAM, 0) or die;
        bind(S, pack_sockaddr_un(shift)) or die' "$scratch/socket"
    chmod 755 "$scratch/socket"
    fails 'connect: '"$scratch"'/socket: Permission denied' \
        as_reader introduction/send_ns "$scratch/socket" /proc/self/ns/net
    rm "$scratch/socket"
}

@test "or CAP_SYS_PTRACE in its user namespace" {
    run -0 with sys_ptrace readlink /proc/1/ns/net
    fails 'Permission denied' without sys_ptrace readlink --verbose /proc/1/ns/net
    member --user --map-root-user
    run -0 nsenter --target "$member" --user readlink "/proc/$member/ns/net"
    fails 'Permission denied' nsenter --target "$member" --user readlink --verbose /proc/1/ns/net
    end "$member"
}

@test "CAP_SYS_ADMIN in your user namespace" {
    local type
    member --cgroup --ipc --mount --net --time --uts
    for type in cgroup ipc mnt net pid time uts; do
        fails 'Operation not permitted' without sys_admin unshare "--${type/mnt/mount}" true
        with sys_admin unshare "--${type/mnt/mount}" true
        fails 'Operation not permitted' without sys_admin ./nsenter "/proc/$member/ns/$type" true
    done
    end "$member"
}

@test "and in the owner; for mnt also CAP_SYS_CHROOT in yours" {
    member --user --map-root-user --net --mount
    exec 9</proc/1/ns/net
    fails 'Operation not permitted' nsenter --target "$member" --user ./nsenter /proc/self/fd/9 true
    exec 9<&-
    with sys_admin ./nsenter "/proc/$member/ns/net" true
    fails 'Operation not permitted' with sys_admin ./nsenter "/proc/$member/ns/mnt" true
    fails 'Operation not permitted' without sys_chroot ./nsenter "/proc/$member/ns/mnt" true
    with sys_admin,+sys_chroot ./nsenter "/proc/$member/ns/mnt" true
    end "$member"
}

@test "CAP_SYS_ADMIN in the user namespace that owns your mnt namespace" {
    fails 'must be superuser' as_reader mount --bind /proc/self/ns/net /mnt
    fails 'permission denied' as_reader unshare --user --map-root-user mount --bind /etc /mnt
    as_reader unshare --user --map-root-user --mount mount --bind /etc /mnt
    open_scratch
    as_reader touch "$scratch/pin"
    as_reader unshare --user --map-root-user --mount --net mount --bind /proc/self/ns/net "$scratch/pin"
    rm "$scratch/pin"
}

# readers_user: start a process of reader's in a new user namespace, $member
readers_user() {
    setpriv --reuid=reader --regid=reader --clear-groups \
        unshare --user --map-root-user sleep 1000 3>&- 4>&- &
    member=$!
    becomes sleep "$member"
}

@test "CAP_SYS_ADMIN in it" {
    local enter='syscall($ENV{setns}, 9, 0) and die "$!\n"'
    readers_user
    exec 9<"/proc/$member/ns/user"
    run -0 with sys_admin perl -e "$enter"
    fails 'Operation not permitted' without sys_admin perl -e "$enter"
    exec 9<&-
    end "$member"
}

@test "Who created a user namespace has all capabilities in it from outside" {
    readers_user
    run -0 as_reader ./nsenter "/proc/$member/ns/user" grep CapEff /proc/self/status
    [ "$output" != $'CapEff:\t0000000000000000' ]
    run -0 as_reader grep CapEff /proc/self/status
    [ "$output" = $'CapEff:\t0000000000000000' ]
    end "$member"
}

@test "Where the old route has none, ip refuses the new one" {
    fails 'File exists' ./unshare sh -c 'ip link add veth0 type veth peer name veth1
        ip link set veth0 up; ip link set veth1 up
        ip route add default dev veth0; ip route add default dev veth1'
}

# ---- what lsns cannot see ----

@test "as long as there is a process in its mount namespace whose root leads to it" {
    # Its mounts are shown by the process outside, before it goes into an empty root.
    run -0 perl -e 'pipe(R, W); pipe(GO, HOLD); my $child = fork;
        if ($child == 0) { close HOLD; my $there = shift; syscall($ENV{unshare}, 0x20000) and die;
            system("mount", "--make-rprivate", "/"); system("./pin-namespace.sh", "$there/pin") and die;
            syswrite W, "x"; sysread GO, $_, 1; mkdir "$there/empty"; chroot "$there/empty" or die;
            syswrite W, "x"; sysread GO, $_, 1; exit }
        sub pins { open(M, "<", "/proc/$child/mountinfo") or die; scalar grep / - nsfs /, <M> }
        sysread R, $_, 1; print pins(); syswrite HOLD, "x"; sysread R, $_, 1; print pins();
        close HOLD; wait; print $?' "$scratch"
    rm -d "$scratch/pin" "$scratch/empty"
    [ "$output" = 100 ]
}

@test "Since Linux 6.19 a system call, listns, lists namespaces without going through processes" {
    since 6.19
    run -0 unshare --mount perl -e 'my $id = pack "Q"; system("./pin-namespace.sh", "$ARGV[0]/pin");
        open(NS, "<", "$ARGV[0]/pin") or die; ioctl(NS, 0x8008b70d, $id) or die; close NS;
        my $ask = pack("LLQLLQ", 32, 0, 0, 0x40000000, 0, 0); my $ids = "\0" x 800;
        my $n = syscall(470, $ask, $ids, 100, 0); print scalar grep { $_ == unpack "Q", $id }
        unpack("Q$n", $ids); system("umount", "$ARGV[0]/pin")' "$scratch"
    rm "$scratch/pin"
    [ "$output" = 1 ]
}

# ---- summary ----

@test "The first of each kind exists since boot" {
    # Process 2 is the kernel's own, and starts its other threads.
    run -0 introduction/compare_ns 1 2
    [[ $output != *different* && ${#lines[@]} -eq 8 ]]
}

@test "it is the caller's later children that move" {
    local type
    for type in 'pid 20000000' 'time 80'; do
        # the child of before, the caller, the child of after
        run -0 perl -e '$| = 1; my ($type, $flag) = @ARGV; pipe(R, W); my $early = fork;
            sub where { print readlink("/proc/self/ns/$type"), "\n" }
            if ($early == 0) { close W; sysread R, $_, 1; where(); exit }
            syscall($ENV{unshare}, hex $flag) and die; close W; wait; where();
            fork or where(), exit; wait' $type
        [ "${lines[0]}" = "$(readlink "/proc/self/ns/${type% *}")" ]
        [[ ${lines[1]} == "${lines[0]}" && ${lines[2]} == "${type% *}":* && ${lines[2]} != "${lines[0]}" ]]
    done
}

@test "All three ask for CAP_SYS_ADMIN" {
    local program
    for program in ./unshare ./unshare_clone './nsenter /proc/self/ns/net'; do
        fails 'Operation not permitted' without sys_admin $program true
        with sys_admin $program true
    done
}
