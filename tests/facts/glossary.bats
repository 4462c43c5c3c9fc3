#!/usr/bin/env bats
# glossary.bats - sentences of docs/glossary.rst, put to the kernel
# shellcheck disable=SC2016,SC2154

load helper

@test "Both places show the same thing, not a copy" {
    mkdir "$scratch/there" "$scratch/again"
    mount --bind "$scratch/there" "$scratch/again"
    echo text >"$scratch/again/file"
    run cat "$scratch/there/file"
    [ "$scratch/there/file" -ef "$scratch/again/file" ]
    umount "$scratch/again"
    rm -r "${scratch:?}"/*
    [ "$output" = text ]
}

@test "a file or a namespace stays as long as it is open" {
    member --uts
    nsenter --target "$member" --uts hostname kept
    echo text >"$scratch/file"
    exec 7<"/proc/$member/ns/uts" 8<"$scratch/file"
    end "$member"
    rm "$scratch/file"
    run -0 nsenter --uts=/proc/self/fd/7 sh -c 'uname -n; cat <&8'
    exec 7<&- 8<&-
    [ "$output" = $'kept\ntext' ]
}

@test "A pidfd keeps no process alive" {
    run -0 perl -e 'my $child = fork // die; exec "true" if !$child;
        my $pidfd = syscall(434, $child, 0); die if $pidfd < 0;
        wait; syscall(424, $pidfd, 0, 0, 0) and print "$!\n"; -d "/proc/$child" and die'
    [ "$output" = 'No such process' ]
}

@test "a bit for each" {
    run -0 setpriv --inh-caps=-all,+chown,+kill --bounding-set=-all,+chown,+kill \
        grep CapEff /proc/self/status
    [ "$output" = $'CapEff:\t0000000000000021' ]
}

@test "One of the namespaces that the kernel makes when it boots, one of each type" {
    local type
    for type in "${types[@]}"; do
        [[ /proc/1/ns/$type -ef /proc/2/ns/$type ]]
        run -1 unshare "--${type/mnt/mount}" --fork test "/proc/self/ns/$type" -ef "/proc/2/ns/$type"
    done
}

@test "Device and inode number together tell which file is meant" {
    mkdir "$scratch/there"
    mount -t tmpfs none "$scratch/there"
    : >"$scratch/there/one"
    ln "$scratch/there/one" "$scratch/there/two"
    : >"$scratch/there/three"
    run -0 stat -c '%d %i' "$scratch/there/one" "$scratch/there/two" "$scratch/there/three"
    umount "$scratch/there"
    rmdir "$scratch/there"
    [ "${lines[0]}" = "${lines[1]}" ]
    [ "${lines[0]}" != "${lines[2]}" ]
}

@test "by which the kernel chooses among routes to the same place: the lowest wins" {
    run -0 unshare --net sh -c 'ip link add one up type veth peer name two; ip link set two up
        ip address add 192.0.2.1/32 dev one
        ip route add 198.51.100.0/24 dev one metric 20
        ip route add 198.51.100.0/24 dev two metric 10
        ip route get 198.51.100.1'
    [[ $output == *' dev two '* ]]
}

@test "A route of IPv4 for which none is given has 0" {
    run -0 unshare --net sh -c 'ip link add one up type veth peer name two; ip link set two up
        ip address add 192.0.2.1/32 dev one
        ip route add 198.51.100.0/24 dev one metric 1
        ip route add 198.51.100.0/24 dev two
        ip route get 198.51.100.1
        ip route add 198.51.100.0/24 dev one metric 0 2>&1 || :'
    [[ ${lines[0]} == *' dev two '* ]]
    [[ $output == *'File exists' ]]
}

@test "to be exact, each of its threads is" {
    printf '%s\n' '#define _GNU_SOURCE' '#include <pthread.h>' '#include <sched.h>' \
        '#include <stdlib.h>' \
        'static void *leave(void *none) { (void)none; exit(unshare(CLONE_NEWUTS) ||' \
        '  system("! [ /proc/$PPID/ns/uts -ef /proc/self/ns/uts ]")); }' \
        'int main(void) { pthread_t one; pthread_create(&one, 0, leave, 0); pthread_join(one, 0); }' |
        gcc -pthread -o "$scratch/thread" -x c -
    run -0 "$scratch/thread"
    rm "$scratch/thread"
}

@test "whose files stand for namespaces" {
    local type
    for type in "${types[@]}"; do
        run -0 stat --file-system --dereference --format %T "/proc/self/ns/$type"
        [ "$output" = nsfs ]
    done
}

@test "It is mounted nowhere as a whole; a single file of it can be" {
    run findmnt --noheadings --types nsfs
    [ -z "$output" ]
    fails 'unknown filesystem type' mount -t nsfs none /mnt
    pin "$scratch/net"
    run -0 findmnt --noheadings --output FSTYPE "$scratch/net"
    unpin "$scratch/net"
    [ "$output" = nsfs ]
}

@test "Mounts that tell each other what is mounted and unmounted on them. They may be in different mount namespaces." {
    mkdir "$scratch/there"
    mount -t tmpfs none "$scratch/there"
    mount --make-shared "$scratch/there"
    mkdir "$scratch/there/below"
    run unshare --mount --propagation unchanged sh -c 'mount -t tmpfs none "$0"
        findmnt --noheadings --task 1 --output FSTYPE "$0"; umount "$0"
        findmnt --noheadings --task 1 --output FSTYPE "$0" || echo gone' "$scratch/there/below"
    umount "$scratch/there"
    rmdir "$scratch/there"
    [ "$output" = $'tmpfs\ngone' ]
}

@test "The one group of a process that its new files get unless their folder hands on its own; setgid changes it" {
    mkdir "$scratch/own"
    chown 0:4000 "$scratch/own"
    chmod g+s "$scratch/own"
    run -0 perl -e 'syscall(106, 5) and die;
        for (@ARGV) { open(my $file, ">", $_) or die; print((stat $file)[5], "\n") }' \
        "$scratch/file" "$scratch/own/file"
    rm -r "${scratch:?}"/*
    [ "$output" = $'5\n4000' ]
}

@test "mnt, uts, ipc, pid, net, user, cgroup or time" {
    run -0 sh -c 'ls /proc/self/ns | grep -v _for_children'
    [ "${lines[*]}" = "${types[*]}" ]
}

@test "It has a number and little else" {
    run -0 perl -e 'my $child = fork // die; exit if !$child;
        1 until `cat /proc/$child/status` =~ /^State:\tZ/m;
        print kill(0, $child), -e "/proc/$child/exe" ? 1 : 0, length(`cat /proc/$child/maps`), "\n";
        wait; print kill(0, $child)'
    [ "$output" = $'100\n0' ]
}
