#!/usr/bin/env bats
# caps.bats - sentences of docs/caps.rst, put to the kernel
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# Pieces of Perl: leave for a new user namespace; print lines of one's status.
leave='syscall(272, 0x10000000) == 0 or die "unshare: $!\n"; '
show='sub show { open(my $s, "<", "/proc/self/status") or die; print grep(/^(?:$_[0]):/, <$s>); } '

# as_root_of_user COMMAND [ARG]...: as root of a user namespace of reader's
as_root_of_user() {
    setpriv --reuid=reader --regid=reader --clear-groups -- \
        unshare --user --map-root-user "$@"
}

# readers OPTION...: a process $member of reader's in new namespaces
readers() {
    setpriv --reuid=reader --regid=reader --clear-groups -- unshare "$@" sleep 1000 3>&- 4>&- &
    member=$!
    becomes sleep "$member"
}

# owner_of FILE: what NS_GET_USERNS says of a namespace
owner='open(my $n, "<", $ARGV[0]) or die;
       my $o = ioctl($n, 0xb701, 0) or print("$!\n"), exit; print "told\n"; '

@test "names the owner to those who are in it or above it, and to nobody else" {
    readers --user --map-root-user --uts
    local uts=/proc/$member/ns/uts above in beside
    above=$(perl -e "$owner" "$uts")
    in=$(nsenter --user --uts --target "$member" perl -e "$owner" "$uts")
    beside=$(as_root_of_user perl -e "$owner" /proc/self/fd/9 9<"$uts" 2>&1)
    run -0 as_root_of_user perl -e "$owner" /proc/self/ns/uts
    end "$member"
    settled
    [[ $above == told && $in == told ]]
    [[ $beside == 'Operation not permitted' && $output == 'Operation not permitted' ]]
}

@test "a capability counts in its user namespace and in all below it, and in none above or beside" {
    readers --user --map-root-user unshare --user --map-root-user --uts
    local uts=/proc/$member/ns/uts own below beside above
    own=$(nsenter --user --target "$member" nsenter --uts="$uts" echo yes)
    below=$(nsenter --uts="$uts" echo yes)
    beside=$(as_root_of_user nsenter --uts=/proc/self/fd/9 echo yes 9<"$uts" 2>&1) || :
    above=$(as_root_of_user nsenter --uts=/proc/self/ns/uts echo yes 2>&1) || :
    end "$member"
    settled
    [[ $own == yes && $below == yes ]]
    [[ $beside == *'Operation not permitted' && $above == *'Operation not permitted' ]]
}

@test "For a user namespace ONS and PNS are the same, its parent" {
    readers --user --map-root-user unshare --user --map-root-user
    run -0 lsns --noheadings --type user --task "$member" --output ONS,PNS
    local both=$output
    run -0 lsns --noheadings --type user --task $$ --output ONS,PNS
    end "$member"
    settled
    local ons pns
    read -r ons pns <<<"$both"
    [[ $ons -ne 0 && $ons -ne 4026531837 && $ons -eq $pns ]]
    read -r ons pns <<<"$output"
    [[ $ons -eq 0 && $pns -eq 0 ]]
}

@test "without a single capability" {
    readers --user --map-root-user --uts
    run -0 as_reader nsenter --user --preserve-credentials --target "$member" \
        grep CapEff /proc/self/status
    local preserved=$output
    run -0 as_reader grep CapEff /proc/self/status
    end "$member"
    settled
    [[ $output == *0000000000000000 && $preserved == *000001ffffffffff ]]
}

@test "any process whose /proc/PID/ns one may look at" {
    run -1 as_reader caps/can_i 1 cap_kill /proc/self/ns/uts
    [[ $output == *'Permission denied'* ]]
    run -0 caps/can_i 1 cap_kill /proc/self/ns/uts
}

@test "Who created a user namespace need not live any more" {
    as_reader unshare --user --map-root-user sh -c 'sleep 1000 >/dev/null 2>&1 3>&- 4>&- &'
    local member
    until member=$(pgrep -x sleep); do :; done
    run -0 perl -e 'open(my $n, "<", $ARGV[0]) or die; my $u = pack "I";
        ioctl($n, 0xb704, $u) or die; print unpack "I", $u' "/proc/$member/ns/user"
    kill -KILL "$member"
    settled
    [ "$output" -eq 1000 ]
}

@test "those further out count as well" {
    as_root_of_user bash -c 'echo 1 >/proc/sys/user/max_user_namespaces
        exec unshare --user --map-root-user bash -c "read -r limit </proc/sys/user/max_user_namespaces
            ((limit > 1)) && unshare --user true"' >"$scratch/said" 2>&1 && return 1
    run -0 cat "$scratch/said"
    rm "$scratch/said"
    [[ $output == *'No space left on device' ]]
}

@test "whether one makes or enters it" {
    readers --user --map-root-user
    run -0 setpriv --inh-caps=-all --bounding-set=-chown --securebits=+no_setuid_fixup perl -e \
        "$show"'print syscall(157, 27, 0, 0, 0, 0), "\n"; show("CapBnd"); open(my $n, "<", $ARGV[0]) or die;
            syscall(308, fileno $n, 0) == 0 or die; print syscall(157, 27, 0, 0, 0, 0), "\n"; show("CapBnd")' \
        "/proc/$member/ns/user"
    end "$member"
    settled
    [ "$output" = $'4\nCapBnd:\t000001fffffffffe\n0\nCapBnd:\t000001ffffffffff' ]
}

@test "exec itself says EPERM" {
    local mine=/tmp/mine
    install "$(command -v grep)" "$mine"
    setcap cap_net_raw=ep "$mine"
    run setpriv --reuid=reader --clear-groups --inh-caps=-all --bounding-set=-net_raw "$mine" x /dev/null
    local effective=$output
    [ "$status" -ne 0 ]
    setcap cap_net_raw=p "$mine"
    run -0 setpriv --reuid=reader --clear-groups --inh-caps=-all --bounding-set=-net_raw \
        "$mine" CapPrm /proc/self/status
    rm "$mine"
    [[ $effective == *'Operation not permitted' && $output == *0000000000000000 ]]
}

@test "Started by another user than 0, it takes all capabilities from what it starts" {
    run -0 bwrap --unshare-user --ro-bind / / grep CapEff /proc/self/status
    [ "$output" = $'CapEff:\t000001ffffffffff' ]
    run -0 as_reader bwrap --unshare-user --uid 0 --ro-bind / / grep CapEff /proc/self/status
    [ "$output" = $'CapEff:\t0000000000000000' ]
}

@test "the mode of a file, or another rule, may say no all the same" {
    run -2 as_root_of_user unshare --uts sh -c 'hostname inside; echo no >/proc/sys/kernel/hostname'
    [[ $output == *'Permission denied'* ]]
}

@test "says which are in a number" {
    run -0 capsh --decode=2000
    [ "$output" = '0x0000000000002000=cap_net_raw' ]
    run -0 setpriv --inh-caps=-all --bounding-set=-all,+net_raw sh -c 'getpcaps $$'
    [[ $output == *' cap_net_raw=ep' ]]
}

@test "The program gets what the bounding set allows, and what is inheritable." {
    run -0 setpriv --bounding-set=-all,+net_raw --inh-caps=-all grep CapEff /proc/self/status
    [ "$output" = $'CapEff:\t0000000000002000' ]
    run -0 setpriv --inh-caps=-all grep CapEff /proc/self/status
    [ "$output" = $'CapEff:\t000001ffffffffff' ]
    run -0 setpriv --inh-caps=-all,+net_raw setpriv --bounding-set=-net_raw \
        grep -E 'Cap(Eff|Bnd)' /proc/self/status
    [ "$output" = $'CapEff:\t000001ffffffffff\nCapBnd:\t000001ffffffdfff' ]
}

@test "unless the program's file has capabilities or changes an id" {
    local mine=/tmp/mine ambient=(setpriv --reuid=reader --clear-groups --inh-caps=+net_raw --ambient-caps=+net_raw)
    install "$(command -v grep)" "$mine"
    run -0 "${ambient[@]}" "$mine" CapAmb /proc/self/status
    local plain=$output
    setcap cap_chown=ep "$mine"
    run -0 "${ambient[@]}" "$mine" CapAmb /proc/self/status
    local caps=$output
    setcap -r "$mine"
    chown 5 "$mine"
    chmod u+s "$mine"
    run -0 "${ambient[@]}" "$mine" CapAmb /proc/self/status
    rm "$mine"
    [[ $plain == *2000 && $caps == *0000 && $output == *0000 ]]
}

@test "the one that goes at each exec" {
    run -0 perl -e 'syscall(157, 28, 21, 0, 0, 0) == 0 or die;
        exec "perl", "-e", "print syscall(157, 27, 0, 0, 0, 0)"'
    [ "$output" = 5 ]
}

@test "It gets what is ambient." {
    run -0 setpriv --reuid=reader --clear-groups --inh-caps=-all,+net_raw,+chown \
        --ambient-caps=+net_raw grep -E 'Cap(Eff|Prm|Amb)' /proc/self/status
    [ "$output" = $'CapPrm:\t0000000000002000\nCapEff:\t0000000000002000\nCapAmb:\t0000000000002000' ]
}

@test "What counts is gone, and what is ambient, too." {
    run -0 setpriv --inh-caps=-all,+net_raw --ambient-caps=+net_raw --bounding-set=-chown \
        --securebits=+noroot_locked perl -e \
        "$show"'show("Cap..."); $< = $> = 1000; ($< == 1000) or die; show("Cap...")'
    [ "$output" = $'CapInh:\t0000000000002000
CapPrm:\t000001fffffffffe
CapEff:\t000001fffffffffe
CapBnd:\t000001fffffffffe
CapAmb:\t0000000000002000
CapInh:\t0000000000002000
CapPrm:\t0000000000000000
CapEff:\t0000000000000000
CapBnd:\t000001fffffffffe
CapAmb:\t0000000000000000' ]
}

@test "It does not keep the ambient one, and the effective one is empty all the same" {
    run -0 setpriv --inh-caps=-all,+net_raw --ambient-caps=+net_raw perl -e \
        "$show"'syscall(157, 8, 1, 0, 0, 0) == 0 or die; $< = $> = 1000; show("Cap(?:Prm|Eff|Amb)")'
    [ "$output" = $'CapPrm:\t000001ffffffffff\nCapEff:\t0000000000000000\nCapAmb:\t0000000000000000' ]
}

@test "no_new_privs and filters stay" {
    printf '\x06\0\0\0\0\0\xff\x7f' >"$scratch/all"
    run -0 setpriv --no-new-privs --seccomp-filter "$scratch/all" perl -e \
        "$leave$show"'show("NoNewPrivs|Seccomp")'
    rm "$scratch/all"
    [ "$output" = $'NoNewPrivs:\t1\nSeccomp:\t2' ]
}

@test "It counts in a user namespace whose user 0 is that 1000, and in those below." {
    local mine=/tmp/mine
    install --owner=reader --group=reader "$(command -v grep)" "$mine"
    as_root_of_user setcap cap_net_raw=ep "$mine"
    # Of two ids, by a user that is none of the two 0s.
    run -0 as_reader user/map_range 100000 9 setpriv --reuid=5 --inh-caps=-all \
        "$mine" CapEff /proc/self/status
    local in=$output
    run -0 as_root_of_user unshare --user --map-user=7 "$mine" CapEff /proc/self/status
    local below=$output
    run -0 as_reader unshare --user --map-user=7 "$mine" CapEff /proc/self/status
    rm "$mine"
    [[ $in == *0000000000002000 && $below == *0000000000002000 && $output == *0000000000000000 ]]
}

@test "of another mount namespace" {
    member --mount
    nsenter --mount --target "$member" bash -c 'mount -t tmpfs -o mode=755 new /mnt
        cp "$(command -v grep)" /mnt/mine
        setcap cap_net_raw=ep /mnt/mine'
    run -0 nsenter --mount --target "$member" setpriv --reuid=reader --clear-groups \
        /mnt/mine CapEff /proc/self/status
    local there=$output
    run -0 bash -c 'cd "$1" && exec setpriv --reuid=reader --clear-groups ./mine CapEff \
        /proc/self/status' bash "/proc/$member/root/mnt"
    end "$member"
    [[ $there == *2000 && $output == *0000 ]]
}

@test "the file is on a mount with nosuid" {
    unshare --mount bash -c 'mount -t tmpfs -o mode=755 new /mnt
        cp "$(command -v grep)" /mnt/mine
        setcap cap_net_raw=ep /mnt/mine
        setpriv --reuid=reader --clear-groups /mnt/mine CapEff /proc/self/status
        mount -o remount,nosuid /mnt
        setpriv --reuid=reader --clear-groups /mnt/mine CapEff /proc/self/status' >"$scratch/said"
    local said
    said=$(<"$scratch/said")
    rm "$scratch/said"
    [ "$said" = $'CapEff:\t0000000000002000\nCapEff:\t0000000000000000' ]
}

@test "for all but those with CAP_SYS_ADMIN in the initial one" {
    readers --user --map-root-user
    sysctl --quiet kernel.unprivileged_userns_clone=0
    local root=0 less=0
    unshare --user true || root=$?
    setpriv --inh-caps=-all --bounding-set=-sys_admin unshare --user true 2>"$scratch/said" || less=$?
    run nsenter --user --target "$member" bash -c 'grep CapEff /proc/self/status; unshare --user true'
    sysctl --quiet kernel.unprivileged_userns_clone=1
    end "$member"
    rm "$scratch/said"
    [[ $root -eq 0 && $less -eq 1 && $status -eq 1 ]]
    [[ $output == *$'000001ffffffffff\n'*'Operation not permitted' ]]
}

@test "At that the kernel says EINVAL, before it looks at who calls." {
    # Nobody inside has a number, so that CLONE_NEWUSER alone is refused.
    run -0 as_reader perl -e "$leave"'syscall(272, 0x10004000) == -1 or die;
        print "$!\n"; syscall(272, 0x10000000) == -1 or die; print "$!\n"'
    [ "$output" = $'Invalid argument\nOperation not permitted' ]
}

@test "a filter is asked before, and so is Debian's switch" {
    sysctl --quiet kernel.unprivileged_userns_clone=0
    run as_reader perl -e 'syscall(272, 0x10004000) == -1 or die; print "$!\n"'
    sysctl --quiet kernel.unprivileged_userns_clone=1
    local switch=$output
    # load the number of the call; is it that of unshare? EPERM, else allow
    printf '\x20\0\0\0\0\0\0\0\x15\0\0\x01\x10\x01\0\0' >"$scratch/filter"
    printf '\x06\0\0\0\x01\0\x05\0\x06\0\0\0\0\0\xff\x7f' >>"$scratch/filter"
    run -0 setpriv --seccomp-filter "$scratch/filter" \
        perl -e 'syscall(272, 0x10004000) == -1 or die; print "$!\n"'
    rm "$scratch/filter"
    [[ $switch == 'Operation not permitted' && $output == 'Operation not permitted' ]]
}

@test "sets the limit in it to 1, and makes a second one" {
    run -0 as_reader strace -f -qq -e trace=unshare,clone,openat,write \
        bwrap --unshare-user --disable-userns --ro-bind / / true
    [[ $output == *CLONE_NEWUSER*'sys/user/max_user_namespaces'*'write('*'"1"'*CLONE_NEWUSER* ]]
}

@test "A devtmpfs is one file system, however often it is mounted" {
    run -0 unshare --mount bash -c 'mount -t devtmpfs new /mnt; [[ /mnt/null -ef /dev/null ]] || exit
        mount -t tmpfs new /mnt; [[ ! /mnt -ef /tmp ]]'
}

@test "/proc/PID/uid_map shows root" {
    run -0 perl -e 'print((stat "/proc/self/uid_map")[4]); $) = 1000; $< = $> = 1000;
        print " ", (stat "/proc/self/uid_map")[4]'
    [ "$output" = '0 0' ]
    run -0 as_reader stat --format %u /proc/self/uid_map
    [ "$output" -ne 0 ]
}

@test "It is one of the securebits, too" {
    run -0 setpriv --inh-caps=-all perl -e "$show"'syscall(157, 8, 1, 0, 0, 0) == 0 or die;
        print syscall(157, 27, 0, 0, 0, 0) & 16, "\n"; $< = $> = 1000; show("CapPrm"); $| = 1;
        exec "perl", "-e", "print syscall(157, 27, 0, 0, 0, 0)"'
    [ "$output" = $'16\nCapPrm:\t000001ffffffffff\n0' ]
}
