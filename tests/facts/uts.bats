#!/usr/bin/env bats
# uts.bats - sentences of docs/uts.rst, put to the kernel
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# in_uts COMMAND: run a line of the shell in a new UTS namespace, by root
in_uts() {
    unshare --uts sh -c "$@"
}

# woken_by COMMAND: print what a watcher of the host name is told before COMMAND,
# after it, and when it asks once more
woken_by() {
    perl -e '
        open(F, "<", "/proc/sys/kernel/hostname") or die;
        sub woken { my $set = ""; vec($set, fileno(F), 1) = 1;
                    print 0 + select(undef, undef, $set, 0); }
        woken(); system(@ARGV) and die; woken(); woken(); print "\n"' "$@"
}

# owner_of_uts: print the user namespace that owns the UTS namespace, by NS_GET_USERNS
owner_of_uts='
    open(UTS, "<", "/proc/self/ns/uts") or die;
    my $fd = ioctl(UTS, 0xb701, 0) or die "ioctl: $!\n";
    print readlink("/proc/self/fd/$fd"), "\n"; '

@test "From then on the two namespaces have nothing to do with each other" {
    member --uts
    nsenter --target "$member" --uts sh -c 'hostname inside; domainname within'
    [ "$(uname -n; domainname)" = $'lab\n(none)' ]
    hostname outside
    run -0 nsenter --target "$member" --uts sh -c 'hostname; domainname'
    hostname lab
    end "$member"
    [ "$output" = $'inside\nwithin' ]
}

@test "wants a number of bytes and no zero at the end" {
    run -0 unshare --uts perl -e '
        my $name = "paperclip"; syscall(170, $name, 5) and die; exec "hostname"'
    [ "$output" = paper ]
}

@test "a blank or a slash is as good to the kernel as a letter" {
    run -0 in_uts 'printf "a b/c" >/proc/sys/kernel/hostname; uname -n'
    [ "$output" = 'a b/c' ]
}

@test "What makes a host name proper is for hostname to check" {
    fails 'invalid' in_uts 'hostname "a b"'
    run -0 in_uts 'strace -e trace=sethostname hostname "a b" 2>&1 | grep -c ^sethostname || :'
    [ "$output" = 0 ]
}

@test "Whoever shares a namespace shares its name" {
    member --uts
    nsenter --target "$member" --uts hostname one
    run -0 nsenter --target "$member" --uts --net --mount uname -n
    end "$member"
    [ "$output" = one ]
}

@test "and it is set by a call of its own" {
    run -0 in_uts 'strace -f -e trace=setdomainname,sethostname domainname x 2>&1'
    [[ $output == *setdomainname* && $output != *sethostname* ]]
}

@test "not an error but the six characters with which the kernel starts" {
    run -0 cat /proc/sys/kernel/domainname
    [ "$output" = '(none)' ]
    [ "${#output}" -eq 6 ]
}

@test "They show the namespace of the process that reads" {
    run -0 in_uts 'exec 8</proc/1/root/proc/sys/kernel/hostname; hostname paper; cat <&8'
    [ "$output" = paper ]
    run -0 in_uts 'hostname paper; cat /proc/1/root/proc/sys/kernel/hostname'
    [ "$output" = paper ]
}

@test "to leave one is to leave no other" {
    local type
    for type in cgroup ipc mnt net user; do
        run -0 unshare "--${type/mnt/mount}" readlink /proc/self/ns/uts
        [ "$output" = "$(readlink /proc/self/ns/uts)" ]
        run -0 in_uts "readlink /proc/self/ns/$type"
        [ "$output" = "$(readlink "/proc/self/ns/$type")" ]
    done
}

@test "Setting the name does not write it" {
    local before after
    before=$(stat -c '%Y %Z %s' /etc/hostname)
    in_uts 'hostname paper'
    after=$(stat -c '%Y %Z %s' /etc/hostname)
    [ "$before" = "$after" ]
    run -0 in_uts 'hostname paper; cat /etc/hostname'
    [ "$output" = lab ]
}

@test "A shell that starts now asks now" {
    run -0 in_uts 'hostname paper; unset HOSTNAME; bash -c '\''echo "$HOSTNAME"'\'
    [ "$output" = paper ]
}

@test "once a name has been set since the file was opened or last polled" {
    export -f woken_by
    run -0 unshare --uts bash -c 'woken_by hostname paper'
    [ "$output" = 010 ]
}

@test "The kernel has one bell for this file" {
    run -0 woken_by unshare --uts hostname elsewhere
    [ "$output" = 010 ]
}

@test "The kernel asks for CAP_SYS_ADMIN" {
    in_uts 'setpriv --inh-caps=-all,+sys_admin --bounding-set=-all,+sys_admin hostname paper'
    fails 'must be root' in_uts 'setpriv --inh-caps=-sys_admin --bounding-set=-sys_admin hostname paper'
}

@test "the kernel notes the user namespace that its creator is in" {
    run -0 as_reader unshare --user --uts sh -c \
        'perl -e "$0"; readlink /proc/self/ns/user' "$owner_of_uts"
    [ "${lines[0]}" = "${lines[1]}" ]
}

@test "A capability counts in the user namespace where you have it" {
    run -0 as_reader unshare --user --map-root-user --uts hostname paper
    fails 'must be root' as_reader unshare --user --map-root-user hostname paper
}

@test "and those are closed to it" {
    fails 'Operation not permitted' as_reader unshare --user perl -e "$owner_of_uts"
}

@test "the user namespace that the program has made, and it has all capabilities there" {
    run -0 as_reader perl -e 'syscall(272, $_) and die "$!\n" for 0x10000000, 0x04000000;
        print readlink("/proc/self/ns/user"), "\n"; '"$owner_of_uts"'
        open(S, "<", "/proc/self/status"); print grep /CapEff/, <S>'
    [ "${lines[0]}" = "${lines[1]}" ]
    [[ ${lines[2]} =~ ^CapEff:.0+1?f+$ ]]
}

@test "Had it left the UTS namespace first, it would have been refused" {
    fails 'Operation not permitted' as_reader unshare --uts true
    run -0 as_reader unshare --user --map-root-user unshare --uts true
}

@test "In one call that has both flags, the kernel makes the user namespace first" {
    run -0 as_reader perl -e 'syscall(272, 0x10000000 | 0x04000000) and die'
}

@test "Whoever has CAP_SYS_ADMIN in the user namespace that owns the UTS namespace may call sethostname, as root of a new one has" {
    as_reader unshare --map-root-user --uts hostname paper
    as_reader unshare --map-user 7 --keep-caps --uts hostname paper
    fails 'must be root' as_reader unshare --map-root-user --uts \
        setpriv --inh-caps=-sys_admin --bounding-set=-sys_admin hostname paper
}

@test "nobody asked for a capability" {
    fails 'Permission denied' as_reader unshare --user --map-root-user --uts \
        sh -c 'echo paper >/proc/sys/kernel/hostname'
    run -0 in_uts 'setpriv --inh-caps=-all --bounding-set=-all sh -c "echo paper >/proc/sys/kernel/hostname"; uname -n'
    [ "$output" = paper ]
}

@test "only its owner may write it" {
    run -0 stat -c '%U %a' /proc/sys/kernel/hostname
    [ "$output" = 'root 644' ]
    fails 'Permission denied' as_reader sh -c 'echo paper >/proc/sys/kernel/hostname'
}

@test "Taking a capability away from root does not close the files that root owns" {
    run -0 in_uts 'setpriv --inh-caps=-sys_admin --bounding-set=-sys_admin sh -c "echo paper >/proc/sys/kernel/hostname"; uname -n'
    [ "$output" = paper ]
}

@test "for whoever has CAP_SYS_PTRACE" {
    run -0 setpriv --inh-caps=-all,+sys_ptrace --bounding-set=-all,+sys_ptrace ls -d /proc/1/root/proc
    fails 'Permission denied' setpriv --inh-caps=-sys_ptrace --bounding-set=-sys_ptrace ls -d /proc/1/root/proc
}

@test "The call refuses with EINVAL" {
    local name
    printf -v name %064d 0
    in_uts "hostname $name"
    run -0 in_uts "strace -e trace=sethostname hostname ${name}X 2>&1 | cat"
    [[ $output == *EINVAL* ]]
}

@test "The file takes 65 characters, cuts the X off, and says nothing" {
    local name
    printf -v name %064d 0
    run -0 in_uts "printf %s ${name}X >/proc/sys/kernel/hostname && uname -n"
    [ "$output" = "$name" ]
}

@test "makes our nsenter refuse a file that pins something else" {
    pin "$scratch/net"
    capture ./nsenter -o uts "$scratch/net" true
    unpin "$scratch/net"
    [ "$status" -ne 0 ]
}

@test "pins before it runs the command" {
    : >"$scratch/uts"
    run -0 unshare --uts="$scratch/uts" sh -c "findmnt --noheadings --output FSTYPE '$scratch/uts'"
    umount "$scratch/uts"
    rm "$scratch/uts"
    [ "$output" = nsfs ]
}

@test "refuses where that would rename the machine" {
    capture bwrap --bind / / --hostname paper true
    [ "$status" -ne 0 ]
    run -0 bwrap --bind / / --unshare-uts --hostname paper uname -n
    [ "$output" = paper ]
}

@test "To set a name takes CAP_SYS_ADMIN in the user namespace that owns the UTS namespace, not in any other" {
    member --uts
    capture nsenter --target "$member" --uts unshare --user --map-root-user hostname paper
    end "$member"
    [[ $status -ne 0 && $stderr == *'must be root'* ]]
}
