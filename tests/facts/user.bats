#!/usr/bin/env bats
# user.bats - sentences of docs/user.rst, put to the kernel
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# mapped MAP [GID_MAP]: start a member of a new user namespace, whose maps root writes
mapped() {
    member --user
    printf '%b' "$1" | cat >"/proc/$member/uid_map"
    printf '%b' "${2:-$1}" | cat >"/proc/$member/gid_map"
}

# in_member COMMAND: run a command in the member's user namespace, by root of outside
in_member() {
    nsenter --target "$member" --user --preserve-credentials -- "$@"
}

# member_of_reader: start a member of a user namespace that reader makes
member_of_reader() {
    setpriv --reuid=reader --regid=reader --clear-groups -- \
        unshare --user sleep 1000 3>&- 4>&- &
    member=$!
    becomes sleep "$member"
}

# with CAPABILITIES COMMAND, without CAPABILITY COMMAND: run a command by root with
# these capabilities and no other, or with all but one
with() {
    setpriv "--inh-caps=-all,+${1//,/,+}" "--bounding-set=-all,+${1//,/,+}" -- "${@:2}"
}

without() {
    setpriv "--inh-caps=-$1" "--bounding-set=-$1" -- "${@:2}"
}

# ranged COMMAND: run a command by reader as root inside, with 1 to 65535 beside
ranged() {
    as_reader user/map_range 100000 65535 "$@"
}

# map FILE: let root write the member's map of users in one go
map() {
    cat "$1" >"/proc/$member/uid_map"
}

# Pieces of Perl: leave for a new user namespace; print a line of one's status.
leave='syscall(272, 0x10000000) and die "unshare: $!\n"; '
show='sub show { open(my $s, "<", "/proc/self/status") or die;
                     print grep(/^$_[0]/, <$s>); } '

@test "one for inside and one for outside" {
    mapped '5 0 1'
    run -0 in_member grep '^Uid' "/proc/$member/status"
    local inside=$output
    run -0 grep '^Uid' "/proc/$member/status"
    end "$member"
    [ "$inside" = $'Uid:\t5\t5\t5\t5' ]
    [ "$output" = $'Uid:\t0\t0\t0\t0' ]
}

@test "The table belongs to a user namespace" {
    mapped '5 0 1'
    run -0 in_member cat /proc/self/uid_map
    end "$member"
    read -r first second count <<<"$output"
    [ "$first $second $count" = '5 0 1' ]
    read -r first second count </proc/self/uid_map
    [ "$first $second $count" = '0 0 4294967295' ]
}

@test "The user namespace is the one type for which the kernel asks no capability" {
    local type
    for type in cgroup ipc mount net pid time uts; do
        fails 'Operation not permitted' as_reader unshare "--$type" true
    done
    as_reader unshare --user true
}

@test "the name comes from /etc/passwd, where somebody has written nobody next to 65534" {
    sed '/:65534:/s/^nobody:/stranger:/' /etc/passwd >"$scratch/passwd"
    run -0 unshare --mount sh -c 'mount --bind "$0" /etc/passwd; unshare --user id -un' "$scratch/passwd"
    rm "$scratch/passwd"
    [ "$output" = stranger ]
}

@test "The kernel says the number" {
    run -0 as_reader perl -e "$leave"'print join(" ", map(syscall($_), 102, 107, 104, 108))'
    [ "$output" = '65534 65534 65534 65534' ]
}

@test "A user namespace begins with an empty table" {
    run -0 unshare --user cat /proc/self/uid_map /proc/self/gid_map
    [ -z "$output" ]
}

@test "65534 unless an administrator has changed it" {
    local was
    read -r was </proc/sys/kernel/overflowuid
    echo 4000 >/proc/sys/kernel/overflowuid
    capture unshare --user id -u
    echo "$was" >/proc/sys/kernel/overflowuid
    [ "$was $output" = '65534 4000' ]
}

@test "What the kernel itself remembers has not changed" {
    member_of_reader
    run -0 grep '^Uid' "/proc/$member/status"
    end "$member"
    [ "$output" = $'Uid:\t1000\t1000\t1000\t1000' ]
}

@test "It keeps for each process, each file and each socket the number that the initial namespace uses" {
    open_scratch
    run -0 as_reader perl -e 'use Socket;
        socketpair(my $end, my $peer, AF_UNIX, SOCK_STREAM, 0) or die;
        open(my $file, ">", $ARGV[0]) or die;
        sub who { print join(" ", syscall(102), (stat $file)[4],
                             unpack("x4 l", getsockopt($end, SOL_SOCKET, 17))), "\n" }
        who(); '"$leave"'who();' "$scratch/file"
    [ "$output" = $'1000 1000 1000\n65534 65534 65534' ]
    [ "$(stat -c %u "$scratch/file")" = 1000 ]
    rm "$scratch/file"
}

@test "The map is what it translates with" {
    open_scratch
    as_reader touch "$scratch/file"
    run -0 as_reader unshare --map-user 7 sh -c 'chown 7 "$0"; stat -c %u "$0"; id -u
        perl -e "print syscall(105, 7), syscall(105, 1000)"' "$scratch/file"
    [ "$output" = $'7\n7\n0-1' ]
    fails 'Invalid argument' as_reader unshare --map-user 7 chown 1000 "$scratch/file"
    rm "$scratch/file"
}

@test "from this number inside, from that number outside, so many" {
    local id
    mapped '10 2000 5'
    for id in 2000 2004 2005; do
        : >"$scratch/$id"
        chown "$id" "$scratch/$id"
    done
    capture in_member stat -c %u "$scratch"/2*
    end "$member"
    rm "$scratch"/2*
    [ "$output" = $'10\n14\n65534' ]
}

@test "The program asks for its own ids before it leaves" {
    run -0 as_reader strace -e trace=geteuid,getegid,unshare user/map_self true
    [[ $output == *geteuid*getegid*unshare* && ${output#*unshare} != *get* ]]
}

@test "One line later both answers would be 65534" {
    run -0 as_reader perl -e 'print syscall(107), " ", syscall(108), "\n"; '"$leave"'
                              print syscall(107), " ", syscall(108)'
    [ "$output" = $'1000 1000\n65534 65534' ]
}

@test "Then it writes three files in" {
    run -0 as_reader sh -c 'strace -e trace=openat user/map_self true 2>&1 | grep -o "/proc/self/[^\"]*"'
    [ "$output" = $'/proc/self/uid_map\n/proc/self/setgroups\n/proc/self/gid_map' ]
}

@test "No capability is needed outside" {
    run -0 as_reader sh -c 'grep CapPrm /proc/self/status; user/map_self id -u'
    [ "$output" = $'CapPrm:\t0000000000000000\n0' ]
}

@test "The creator of a user namespace holds all capabilities in it" {
    run -0 as_reader perl -e "$show$leave"'show("CapEff")'
    [ "$output" = $'CapEff:\t000001ffffffffff' ]
}

@test "with one bit for each" {
    run -0 with sys_admin grep CapEff /proc/self/status
    [ "$output" = $'CapEff:\t0000000000200000' ]
    run -0 without sys_admin grep CapEff /proc/self/status
    [ "$output" = $'CapEff:\t000001ffffdfffff' ]
}

@test "41 bits set, as many as these kernels know" {
    local last
    read -r last </proc/sys/kernel/cap_last_cap
    [ $((last + 1)) -eq 41 ]
    [ $((0x000001ffffffffff)) -eq $(((1 << 41) - 1)) ]
}

@test "works the set out anew, whenever a program is executed" {
    run -0 perl -e "$show"'
        my ($version, $sets) = (pack("LL", 0x20080522, 0), pack("L6", 0, ~0, 0, 0, 0x1ff, 0));
        syscall(126, $version, $sets) and die;
        $| = 1; show("CapEff"); exec "grep", "CapEff", "/proc/self/status"'
    [ "$output" = $'CapEff:\t0000000000000000\nCapEff:\t000001ffffffffff' ]
}

@test "it made the capabilities ambient, which hands them on whoever one is" {
    run -0 as_reader unshare --user --keep-caps grep -E 'CapEff|CapAmb' /proc/self/status
    [ "$output" = $'CapEff:\t000001ffffffffff\nCapAmb:\t000001ffffffffff' ]
    run -0 as_reader unshare --map-user 7 --keep-caps grep CapEff /proc/self/status
    [ "$output" = $'CapEff:\t000001ffffffffff' ]
}

@test "Two files of two strangers look the same from inside" {
    open_scratch
    : >"$scratch/5"
    : >"$scratch/6"
    chown 5 "$scratch/5"
    chown 6 "$scratch/6"
    run -0 as_reader user/map_self stat -c %u "$scratch/5" "$scratch/6"
    [ "$output" = $'65534\n65534' ]
    rm "$scratch"/[56]
}

@test "holds for files whose owner and group have a number in the namespace" {
    open_scratch
    mapped '0 1000 1\n1 5000 1'
    echo text >"$scratch/file"
    chmod 0 "$scratch/file"
    chown 5000:5000 "$scratch/file"
    nsenter --target "$member" --user cat "$scratch/file"
    chown 5000:0 "$scratch/file"
    fails 'Permission denied' nsenter --target "$member" --user cat "$scratch/file"
    chown 0:5000 "$scratch/file"
    fails 'Permission denied' nsenter --target "$member" --user cat "$scratch/file"
    end "$member"
    rm "$scratch/file"
}

@test "It counts for a file whose owner and group both have a number in the namespace" {
    local group
    open_scratch
    mapped '0 1000 1\n1 5000 1'
    for group in 5000 0; do
        install --mode 4755 --owner 5000 --group "$group" /usr/bin/id "$scratch/id"
        capture nsenter --target "$member" --user "$scratch/id" -u
        rm "$scratch/id"
        [ "$group $output" = '5000 1' ] || [ "$group $output" = '0 0' ]
    done
    end "$member"
}

@test "and its like do not lead out of a namespace like this one" {
    local program
    for program in mount newuidmap su umount; do
        run as_reader env LD_SHOW_AUXV=1 "$program" --help
        [[ $output != *AT_SECURE* ]]
        run as_reader user/map_self env LD_SHOW_AUXV=1 "$program" --help
        [[ $output =~ AT_SECURE:\ +0 ]]
    done
}

@test "Which number it gets inside is your choice" {
    local id
    for id in 0 7 65534 4294967294; do
        run -0 as_reader user/write_maps "uid_map=$id 1000 1"
        [ "$output" = 'uid_map: ok' ]
    done
}

@test "and so does exec" {
    run -0 as_reader unshare --map-user 7 grep CapEff /proc/self/status
    [ "$output" = $'CapEff:\t0000000000000000' ]
    run -0 as_reader unshare --map-user 0 grep CapEff /proc/self/status
    [ "$output" = $'CapEff:\t000001ffffffffff' ]
}

@test "of up to 340 lines that are together shorter than a page of memory" {
    member --user
    perl -e 'print "$_ $_ 1\n" for 0 .. 340' >"$scratch/341"
    head -n 340 "$scratch/341" >"$scratch/340"
    printf '%-4095s' '0 0 1' >"$scratch/4095"
    printf '%-4096s' '0 0 1' >"$scratch/4096"
    [ "$(getconf PAGESIZE)" -eq 4096 ]
    fails 'Invalid argument' map "$scratch/341"
    fails 'Invalid argument' map "$scratch/4096"
    map "$scratch/340"
    end "$member"
    member --user
    map "$scratch/4095"
    end "$member"
    rm "$scratch"/*
}

@test "a map is written at the start of the file or not at all" {
    member --user
    fails 'Invalid argument' perl -e 'open(my $map, "+<", $ARGV[0]) or die; sysseek($map, 1, 0);
        syswrite($map, "0 0 1") // die "$!\n"' "/proc/$member/uid_map"
    capture cat "/proc/$member/uid_map"
    end "$member"
    [ -z "$output" ]
}

@test "A script that tries again gets EPERM" {
    member --user
    local try="printf '0 1000 1\n1 200000 9\n' >/proc/$member/uid_map"
    fails 'Invalid argument' bash -c "$try"
    fails 'Operation not permitted' bash -c "$try"
    end "$member"
}

@test "collects its output, and writes a map as short as this one in one go" {
    member --user
    strace -e trace=write -o "$scratch/calls" \
        env printf '0 1000 1\n1 200000 9\n' >"/proc/$member/uid_map"
    end "$member"
    run -0 grep -c '^write(1,' "$scratch/calls"
    rm "$scratch/calls"
    [ "$output" = 1 ]
}

@test "which new files get unless their folder hands on its own, and beside it a list of supplementary groups, which setgroups(2) replaces" {
    mkdir "$scratch/own"
    chgrp 4000 "$scratch/own"
    chmod g+s "$scratch/own"
    run -0 setpriv --regid 5000 --groups 5,6 perl -e '
        for (@ARGV) { open(my $file, ">", $_) or die; print((stat $file)[5], "\n") }
        syscall(116, 1, my $list = pack("L", 7)) and die; exec "id", "-G"' \
        "$scratch/file" "$scratch/own/file"
    rm -r "${scratch:?}"/*
    [ "$output" = $'5000\n4000\n5000 7' ]
}

@test "the first class that fits: owner, group, others" {
    open_scratch
    echo text >"$scratch/file"
    chown reader:games "$scratch/file"
    chmod 077 "$scratch/file"
    fails 'Permission denied' as_reader cat "$scratch/file"
    chown root:reader "$scratch/file"
    chmod 707 "$scratch/file"
    fails 'Permission denied' as_reader cat "$scratch/file"
    chown root:games "$scratch/file"
    as_reader cat "$scratch/file"
    rm "$scratch/file"
}

@test "which is the right to call setgroups with an empty list" {
    fails 'setgroups failed: Operation not permitted' as_reader setpriv --clear-groups true
    ranged setpriv --clear-groups true
    fails 'setgroups failed: Operation not permitted' \
        ranged setpriv --inh-caps=-setgid --bounding-set=-setgid setpriv --clear-groups true
}

@test "It is left with setgid(2), for a group that has a number inside" {
    local change='syscall(106, 5) and die "$!\n"; print syscall(104)'
    run -0 ranged perl -e "$change"
    [ "$output" = 5 ]
    fails 'Invalid argument' as_reader user/map_self perl -e "$change"
}

@test "Debian's tools set 65,536 of them aside, unless it is one for the system" {
    run -0 unshare --mount sh -c 'cp -a /etc "$0"; mount --bind "$0/etc" /etc
        useradd somebody; useradd --system mail-robot; cat /etc/subuid' "$scratch"
    rm -r "${scratch:?}/etc"
    [ "$output" = $'reader:100000:65536\nsomebody:165536:65536' ]
}

@test "a map of more than your own id has to be written by somebody with CAP_SETUID in the parent namespace, for groups CAP_SETGID" {
    member --user
    local line="echo 0 200000 9 >/proc/$member"
    fails 'Operation not permitted' without setuid bash -c "$line/uid_map"
    fails 'Operation not permitted' without setgid bash -c "$line/gid_map"
    with setuid,sys_admin bash -c "$line/uid_map"
    with setgid,sys_admin bash -c "$line/gid_map"
    end "$member"
}

@test "And with CAP_SYS_ADMIN in the new one" {
    member_of_reader
    local line="echo 0 200000 9 >/proc/$member/uid_map"
    fails 'Operation not permitted' with setuid,dac_override bash -c "$line"
    with setuid,dac_override,sys_admin bash -c "$line"
    end "$member"
}

@test "Root above it has that, and so has the user who made it" {
    member_of_reader
    bash -c "echo 0 200000 9 >/proc/$member/uid_map"
    end "$member"
    member_of_reader
    with setuid,setgid,setpcap setpriv --reuid=reader --regid=reader --clear-groups \
        --inh-caps=-all,+setuid --ambient-caps=-all,+setuid \
        bash -c "echo 0 200000 9 >/proc/$member/uid_map"
    end "$member"
}

@test "may name another source" {
    local library=/usr/lib/x86_64-linux-gnu/libsubid_other.so
    cp /etc/nsswitch.conf "$BATS_FILE_TMPDIR"
    cc -shared -x c -o "$library" /dev/null
    echo 'subid: other' >>/etc/nsswitch.conf
    member_of_reader
    capture as_reader newuidmap "$member" 0 1000 1
    cp "$BATS_FILE_TMPDIR/nsswitch.conf" /etc
    rm "$library"
    end "$member"
    [[ $stderr == *libsubid_other.so* ]]
}

@test "Whoever comes from outside is 65534 inside, you and root alike" {
    run -0 as_reader unshare --user id -u
    [ "$output" = 65534 ]
    run -0 unshare --user id -u
    [ "$output" = 65534 ]
}

@test "once inside, root's set-user-ID bit is void" {
    run as_reader unshare --user env LD_SHOW_AUXV=1 newuidmap --help
    [[ $output =~ AT_EUID:\ +65534 && $output =~ AT_SECURE:\ +0 ]]
    fails newuidmap as_reader unshare --user sh -c 'newuidmap $$ 0 1000 1 1 100000 9'
}

@test "the one outside has to wait until there is a namespace" {
    fails 'Operation not permitted' as_reader sh -c 'newuidmap $$ 0 1000 1 1 100000 9'
}

@test "unshare, then the byte, then the maps, then the word that they are done, which is the helper's end" {
    run -0 strace -f -u reader -e trace=fork,vfork,clone,clone3,unshare,write,execve \
        user/map_range 100000 65535 true
    [[ $output == *clone*unshare\(*'"!"'*'"newuidmap"'*'"newgidmap"'*'exited with 0'*'["true"]'* ]]
    run grep -c 'exited with 0' <<<"${output%%'["true"]'*}"
    [ "$output" = 3 ]
}

@test "If unshare fails, the pipe closes without a byte and the helper goes home" {
    run strace -f -u reader -e trace=unshare,write,execve -e inject=unshare:error=ENOSPC \
        user/map_range 100000 65535 true
    settled
    [[ $status -eq 1 && $output == *INJECTED* ]]
    [[ $output != *'"!"'* && $output != *newuidmap* ]]
}

@test "The command starts when both maps stand" {
    run -0 ranged cat /proc/self/uid_map /proc/self/gid_map
    [ "${#lines[@]}" -eq 4 ]
}

@test "Anybody else gets it in the ids of the namespace that they are in themselves" {
    mapped '5 103 1'
    local looked_at=$member
    mapped '0 100 10'
    capture in_member cat "/proc/$looked_at/uid_map"
    end "$looked_at"
    end "$member"
    read -r first second count <<<"$output"
    [ "$first $second $count" = '5 3 1' ]
}

@test "the kernel translates the first id of a line only" {
    mapped '0 100 10'
    local looked_at=$member
    mapped '0 105 1'
    capture in_member cat "/proc/$looked_at/uid_map"
    end "$looked_at"
    end "$member"
    read -r first second count <<<"$output"
    [ "$first $second $count" = '0 4294967295 10' ]
}

@test "each of its lines was taken from one line of its parent's map" {
    export -f member becomes end fails capture captured
    run -0 ranged bash -c '
        member --user
        echo 0 0 2 >/proc/$member/uid_map || echo 0 1 9 >/proc/$member/uid_map
        grep -o "1 *9" /proc/$member/uid_map
        end "$member"'
    [[ $output == *'Operation not permitted'*'1          9' ]]
}

@test "The program does the sum where it may see the process's link in" {
    run -0 as_reader user/translate_id self 5
    [ "$output" = 5 ]
    fails '/proc/1/ns/user: Permission denied' as_reader user/translate_id 1 5
}

@test "and of those in user namespaces that they have made, and of process 1 does not" {
    member_of_reader
    as_reader readlink "/proc/$member/ns/user"
    end "$member"
    mapped '0 1000 1'
    nsenter --target "$member" --user sleep 1000 3>&- 4>&- &
    becomes sleep "$!"
    fails 'Permission denied' as_reader readlink --verbose "/proc/$!/ns/user"
    end "$!"
    end "$member"
    fails 'Permission denied' as_reader readlink --verbose /proc/1/ns/user
}

@test "drops them, inside as outside, unless the process has asked to keep them" {
    local become="$show"'syscall(157, 8, 0 + $ARGV[0]) and die;
                           syscall(105, 5) and die; show("CapPrm")'
    local none=$'CapPrm:\t0000000000000000' all=$'CapPrm:\t000001ffffffffff'
    [ "$(perl -e "$become" 0)" = "$none" ]
    [ "$(perl -e "$become" 1)" = "$all" ]
    [ "$(ranged perl -e "$become" 0)" = "$none" ]
    [ "$(ranged perl -e "$become" 1)" = "$all" ]
}

@test "whoever has gone into a new user namespace has no capability in the parent any more, not even as root" {
    fails 'hostname: Operation not permitted' perl -e "$leave"'
        syscall(170, my $name = "paper", 5) and die "hostname: $!\n"'
    fails 'map: Operation not permitted' perl -e "$leave"'
        open(my $map, ">", "/proc/self/uid_map") or die;
        syswrite($map, "0 0 9") // die "map: $!\n"'
}

@test "setns gives all capabilities in the user namespace" {
    member --user
    capture perl -e "$show"'open(my $ns, "<", $ARGV[0]) or die;
        syscall(308, fileno($ns), 0) and die; show("CapEff")' "/proc/$member/ns/user"
    end "$member"
    [ "$output" = $'CapEff:\t000001ffffffffff' ]
}

@test "makes itself user and group 0 before it executes id" {
    mapped '0 200000 9'
    capture strace -e trace=setns,setuid,setgid,execve nsenter --target "$member" --user id -u
    end "$member"
    [[ $output = 0 && $stderr == *setns*'setgid(0)'*'setuid(0)'*'["id", "-u"]'* ]]
}

@test "call setresuid(2) with 0, and only then execute" {
    run -0 perl -e 'pipe(my $told, my $left); pipe(my $written, my $wrote);
        my $child = fork // die;
        if ($child == 0) {
            '"$leave"'syswrite($left, "!"); sysread($written, my $byte, 1);
            syscall(117, 0, 0, 0) and die; exec "grep", "CapEff", "/proc/self/status";
        }
        sysread($told, my $byte, 1);
        open(my $map, ">", "/proc/$child/uid_map") or die;
        syswrite($map, "0 200000 9") // die; syswrite($wrote, "!"); wait; exit $? >> 8'
    [ "$output" = $'CapEff:\t000001ffffffffff' ]
}

@test "has a user namespace as its owner, the one that its creator was in" {
    local type
    for type in cgroup ipc mnt net pid time uts; do
        run -0 as_reader unshare --map-root-user unshare --fork "--${type/mnt/mount}" perl -e '
            open(my $ns, "<", "/proc/self/ns/$ARGV[0]") or die;
            my $owner = ioctl($ns, 0xb701, 0) or die "$!\n";
            print readlink("/proc/self/fd/$owner"), "\n", readlink("/proc/self/ns/user")' "$type"
        [ "${lines[0]}" = "${lines[1]}" ]
    done
}

@test "in the user namespace that owns the uts, mnt or net namespace one is in" {
    own() {
        as_reader unshare --map-root-user --uts --mount --net setpriv \
            "--inh-caps=-$1" "--bounding-set=-$1" "${@:2}"
    }
    fails 'must be root' own sys_admin hostname paper
    fails 'permission denied' own sys_admin mount -t tmpfs none /mnt
    own sys_admin ip link set lo up
    fails 'not permitted' own net_admin ip link set lo up
    own net_admin hostname paper
    own net_admin mount -t tmpfs none /mnt
}

@test "the same user, by the kernel's numbers; or CAP_KILL in the user namespace of the receiver" {
    member_of_reader
    as_reader user/map_self kill -s 0 "$member"
    with kill kill -s 0 "$member"
    fails 'not permitted' without kill kill -s 0 "$member"
    end "$member"
    mapped '0 1000 1\n1 200000 9'
    nsenter --target "$member" --user kill -s 0 "$member"
    fails 'not permitted' nsenter --target "$member" --user \
        setpriv --inh-caps=-kill --bounding-set=-kill kill -s 0 "$member"
    end "$member"
}

@test "for your files, if their group is your primary one" {
    open_scratch
    echo text >"$scratch/file"
    chown reader:reader "$scratch/file"
    chmod 0 "$scratch/file"
    as_reader user/map_self cat "$scratch/file"
    chgrp games "$scratch/file"
    fails 'Permission denied' setpriv --reuid=reader --regid=reader --groups=games -- \
        user/map_self cat "$scratch/file"
    rm "$scratch/file"
}

@test "CAP_SETUID or CAP_CHOWN, and a number inside for the new owner" {
    open_scratch
    : >"$scratch/file"
    chown reader:reader "$scratch/file"
    fails 'not permitted' ranged setpriv --inh-caps=-setuid --bounding-set=-setuid setpriv --reuid 5 true
    fails 'not permitted' ranged setpriv --inh-caps=-chown --bounding-set=-chown chown 5 "$scratch/file"
    fails 'Invalid argument' ranged setpriv --reuid 65536 true
    fails 'Invalid argument' ranged chown 65536 "$scratch/file"
    ranged setpriv --reuid 65535 true
    ranged chown 65535 "$scratch/file"
    rm "$scratch/file"
}

@test "CAP_MKNOD or CAP_SYS_TIME in the initial user namespace" {
    with mknod mknod "$scratch/null" c 1 3
    rm "$scratch/null"
    fails 'not permitted' without mknod mknod "$scratch/null" c 1 3
    with sys_time date --set "@$EPOCHREALTIME"
    fails 'not permitted' without sys_time date --set "@$EPOCHREALTIME"
}

@test "before exec, with --keep-caps, or by nsenter" {
    local option
    open_scratch
    mkfifo -m 666 "$scratch/go"
    for option in --user --keep-caps; do
        setpriv --reuid=reader --regid=reader --clear-groups unshare --user "$option" \
            sh -c 'read -r _ <"$0"; setpriv --reuid 0 id -u; exec sleep 1000' "$scratch/go" \
            >>"$BATS_FILE_TMPDIR/id" 2>&1 3>&- 4>&- &
        becomes sh "$!"
        echo 0 200000 5 >"/proc/$!/uid_map"
        echo 0 200000 5 >"/proc/$!/gid_map"
        echo >"$scratch/go"
        becomes sleep "$!"
        nsenter --target "$!" --user id -u >>"$BATS_FILE_TMPDIR/id"
        end "$!"
    done
    rm "$scratch/go"
    [[ $(<"$BATS_FILE_TMPDIR/id") == *'not permitted'$'\n0\n0\n0' ]]
}

@test "So the kernel marks it as not dumpable, unless the administrator has said otherwise" {
    local was change='sub told { print syscall(157, 3), " ", (stat "/proc/self/uid_map")[4], "\n" }
                      told(); syscall(113, -1, 1000) and die; told()'
    run -0 perl -e "$change"
    [ "$output" = $'1 0\n0 0' ]
    read -r was </proc/sys/fs/suid_dumpable
    echo 1 >/proc/sys/fs/suid_dumpable
    capture perl -e "$change"
    echo "$was" >/proc/sys/fs/suid_dumpable
    [ "$output" = $'1 0\n1 1000' ]
}

@test "or it executes itself again" {
    run -0 perl -e 'syscall(117, 1000, 1000, 1000) and die; print syscall(157, 3), "\n"; $| = 1;
                    exec "perl", "-e", "print syscall(157, 3)"'
    [ "$output" = $'0\n1' ]
}

@test "alone would leave it in root's groups, and after it the other two are no longer allowed" {
    run -0 setpriv --groups 0 perl -e 'syscall(105, 1000) and die; print "$)\n";
        print syscall(116, 0, 0), syscall(106, 1000)'
    [ "$output" = $'0 0\n-1-1' ]
}

@test "unshare where user.max_user_namespaces is reached" {
    local was
    read -r was </proc/sys/user/max_user_namespaces
    echo 0 >/proc/sys/user/max_user_namespaces
    capture as_reader unshare --user true
    echo "$was" >/proc/sys/user/max_user_namespaces
    [[ $status -ne 0 && $stderr == *'No space left on device'* ]]
}

@test "with the util-linux 2.41, bubblewrap 0.12 and uidmap 4.17 of Debian 13" {
    run -0 dpkg-query --show --showformat '${Version}\n' bubblewrap uidmap util-linux
    [[ ${lines[0]} == 0.12* && ${lines[1]} == 1:4.17* && ${lines[2]} == 2.41* ]]
}

@test "each of which implies" {
    local option
    for option in map-root-user map-current-user map-auto map-user=7 map-group=7 \
        map-users=100000,0,1 map-groups=100000,0,1; do
        run -0 as_reader unshare "--$option" readlink /proc/self/ns/user
        [ "$output" != "$(readlink /proc/self/ns/user)" ]
    done
}

@test "map_self makes the same calls in the same order. It adds O_CLOEXEC where it opens, and a newline to each line of a map." {
    calls() {
        as_reader strace -e trace=unshare,openat,write "$@" 2>&1 |
            sed -n '/CLONE_NEWUSER/p; /_map/,+1p; /setgroups/,+1p' | tr -s ' '
    }
    run -0 calls unshare --map-root-user true
    local theirs=$output
    run -0 calls user/map_self true
    [ "${#lines[@]}" -eq 7 ]
    output=${output//|O_CLOEXEC/}
    [ "${output//'1\n", 9) = 9'/'1", 8) = 8'}" = "$theirs" ]
}

@test "whoever is in the namespace may write it, without any capability, and map what the parent has" {
    run -0 as_reader unshare --map-user 7 --map-group 7 bash -c 'grep CapPrm /proc/self/status
        echo 5 0 100 >/proc/self/projid_map
        unshare --user bash -c "echo 0 105 1 >/proc/self/projid_map"
        unshare --user sh -c "echo 0 104 1 >/proc/self/projid_map; cat /proc/self/projid_map"'
    [[ ${lines[0]} == *0000000000000000 && ${lines[1]} == *'not permitted'* ]]
    [ "${#lines[@]}" -eq 3 ]
}

@test "It takes CAP_SYS_ADMIN in the user namespace in which the file system was mounted" {
    since 6.3
    fails 'not permitted' as_reader unshare --map-root-user --mount \
        mount --bind -o X-mount.idmap=b:0:0:1 /tmp /mnt
    as_reader unshare --map-root-user --mount sh -c 'mount -t tmpfs none /mnt &&
        mount --bind -o X-mount.idmap=b:0:0:1 /mnt /mnt'
}

@test "for its owner and its group so far as well" {
    : >"$scratch/mine"
    : >"$scratch/theirs"
    chown reader:reader "$scratch/mine"
    open_scratch
    run -0 as_reader user/map_range 100000 65535 chown 1000:1000 "$scratch/mine"
    fails 'Operation not permitted' as_reader user/map_range 100000 65535 \
        chown 1000:1000 "$scratch/theirs"
    rm "$scratch/mine" "$scratch/theirs"
}
