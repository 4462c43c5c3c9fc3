#!/usr/bin/env bats
# mnt.bats - checks code-samples/mnt, shown in docs/mnt.rst
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# Where the tests mount things, and what is mounted before them.
place=/mnt
read -r -d '' mounts_before </proc/self/mountinfo || :

# unmounted COUNT: so many mounts are on $place, and none is elsewhere that was
# not there before. Takes them off.
unmounted() {
    local mounts left=0
    while umount "$place" 2>/dev/null; do
        left=$((left + 1))
    done
    read -r -d '' mounts </proc/self/mountinfo || :
    [[ $left -eq $1 && $mounts == "$mounts_before" ]]
}

# A script: the peer groups of /, where it runs
root_groups='while read -r _ _ _ _ point _ groups; do
    [ "$point" != / ] || echo "${groups%% - *}"; done </proc/self/mountinfo'

# ---- scratch ----

@test "scratch: the command finds an empty tmpfs of 1 MiB on the folder" {
    touch "$place/covered"
    run -0 mnt/scratch private "$place" \
        findmnt --noheadings --output SOURCE,FSTYPE,SIZE "$place"
    [[ $output =~ ^scratch\ +tmpfs\ +1M$ ]]
    run -0 mnt/scratch private "$place" ls "$place"
    [ -z "$output" ]
    rm "$place/covered"
    unmounted 0
}

@test "scratch: unchanged, the mount is there outside, and stays" {
    run -0 mnt/scratch unchanged "$place" touch "$place/leaked"
    rm "$place/leaked" # which is there
    unmounted 1
}

@test "scratch: private or slave, nothing is mounted outside" {
    for type in private slave; do
        run -0 mnt/scratch "$type" "$place" touch "$place/kept"
        run -1 rm "$place/kept" # which is not there
        unmounted 0
    done
}

@test "scratch: the mounts are in the groups that the word says" {
    run -0 mnt/scratch private "$place" sh -c "$root_groups"
    [[ $output == '- '* ]]
    run -0 mnt/scratch slave "$place" sh -c "$root_groups"
    [[ $output == master:+([0-9]) ]]
    run -0 mnt/scratch unchanged "$place" sh -c "$root_groups"
    [[ $output == shared:+([0-9]) ]]
    unmounted 1
}

@test "scratch: the word is for all mounts, not for / alone" {
    run -1 mnt/scratch private "$place" grep -e shared: -e master: /proc/self/mountinfo
    run -1 mnt/scratch slave "$place" grep shared: /proc/self/mountinfo
    unmounted 0
}

@test "scratch: the command is in a new mnt namespace, and no other" {
    for ns in cgroup ipc net pid time user uts; do
        run -0 mnt/scratch private "$place" readlink "/proc/self/ns/$ns"
        [ "$output" = "$(readlink "/proc/self/ns/$ns")" ]
    done
    run -0 mnt/scratch private "$place" readlink /proc/self/ns/mnt
    [ "$output" != "$(readlink /proc/self/ns/mnt)" ]
}

@test "scratch: arguments arrive, and the status is the command's" {
    run -0 mnt/scratch private "$place" printf '%s|' one 'two words' ''
    [ "$output" = 'one|two words||' ]
    run -7 mnt/scratch private "$place" sh -c 'exit 7'
    refused 127 'scratch: /no/such: No such file or directory' \
        mnt/scratch private "$place" /no/such
    refused 126 'scratch: /etc/passwd: Permission denied' \
        mnt/scratch private "$place" /etc/passwd
}

@test "scratch: what cannot be mounted on is named" {
    refused 1 'scratch: mount: /no/such: No such file or directory' \
        mnt/scratch private /no/such true
    refused 1 'scratch: mount: /etc/passwd: Not a directory' \
        mnt/scratch private /etc/passwd true
}

@test "scratch: a wrong call prints the usage and exits 2" {
    usage='usage: scratch unchanged|private|slave FOLDER COMMAND [ARG]...'
    refused 2 "$usage" mnt/scratch
    refused 2 "$usage" mnt/scratch private
    refused 2 "$usage" mnt/scratch private "$place"
    refused 2 "$usage" mnt/scratch shared "$place" true
    unmounted 0
}

@test "scratch: an ordinary user mounts nothing" {
    refused 1 'scratch: unshare: Operation not permitted' \
        as_reader mnt/scratch unchanged /mnt true
    unmounted 0
}

# ---- propagation ----

table='the copy is  original -> copy   copy -> original   bindable
shared       yes                yes                yes
slave        yes                no                 yes
private      no                 no                 yes
unbindable   no                 no                 no'

@test "propagation: the kernel's table" {
    run -0 mnt/propagation
    [ "$output" = "$table" ]
}

@test "propagation: it is the same in a user namespace of one's own" {
    run -0 as_reader unshare --user --map-root-user mnt/propagation
    [ "$output" = "$table" ]
}

@test "propagation: nothing is mounted outside, and no folder made" {
    run mnt/propagation
    local ran=$status
    run -1 rmdir /tmp/original/sub /tmp/original /tmp/copy /tmp/third
    [[ $ran -eq 0 && ${#lines[@]} -eq 4 ]]
    unmounted 0
}

@test "propagation: a wrong call prints the usage and exits 2" {
    refused 2 'usage: propagation' mnt/propagation shared
}

@test "propagation: an ordinary user is refused before any mount" {
    refused 1 'propagation: unshare: Operation not permitted' \
        as_reader mnt/propagation
}

# ---- peer_map ----

@test "peer_map: peers point both ways to one group" {
    mount -t tmpfs none "$place"
    member --mount --propagation unchanged
    run -0 mnt/peer_map "$place" 1 "$member"
    end "$member"
    local group
    group=$(group "$place")
    [ "$output" = 'digraph mounts {
    rankdir=LR;
    node [shape=box];
    1 [style=rounded, label="pid 1\n'"$place"'"];
    1 -> "peer group '"$group"'" [dir=both];
    2 [style=rounded, label="pid '"$member"'\n'"$place"'"];
    2 -> "peer group '"$group"'" [dir=both];
}' ]
    unmounted 1
}

@test "peer_map: the arrow of a slave leads from the group, a private mount has none" {
    mount -t tmpfs none "$place"
    member --mount --propagation slave
    run -0 mnt/peer_map "$place" "$member"
    [[ ${lines[4]} =~ ^\ +\"peer\ group\ [0-9]+\"\ -\>\ 1\;$ && ${#lines[@]} -eq 6 ]]
    end "$member"
    mount --make-private "$place"
    run -0 mnt/peer_map "$place" 1
    [ "${#lines[@]}" -eq 5 ]
    unmounted 1
}

@test "peer_map: of a slave that is shared both groups are drawn" {
    mount -t tmpfs none "$place"
    run -0 unshare --mount --propagation slave sh -c \
        'mount --make-shared "$0"; mnt/peer_map "$0" $$' "$place"
    [[ ${lines[4]} == *'1 -> "peer group '*'" [dir=both];' &&
        ${lines[5]} == *'"peer group '*'" -> 1;' ]]
    unmounted 1
}

# group PATH: the peer group of a mount
group() {
    sed -n "s|.* $1 .* shared:\([0-9]*\) .*|\1|p" /proc/self/mountinfo
}

@test "peer_map: in a chroot, the arrow comes from a master that is out of sight" {
    mount -t tmpfs none "$place"
    mount --make-private "$place"
    mkdir -p "$place"/{far,near,root/{near,slave,proc}}
    mount -t tmpfs none "$place/near" --make-shared
    mount --bind "$place/near" "$place/far"
    mount --make-slave "$place/far"
    mount --make-shared "$place/far"
    mount --bind "$place/root" "$place/root"
    mount --bind "$place/near" "$place/root/near"
    mount --bind "$place/far" "$place/root/slave"
    mount --make-slave "$place/root/slave"
    mount --bind /proc "$place/root/proc"
    cp mnt/peer_map /lab/busybox "$place/root"
    local far near
    far=$(group "$place/far") near=$(group "$place/near")
    run chroot "$place/root" /busybox grep ' /slave ' /proc/self/mountinfo
    local line=$output
    run chroot "$place/root" /peer_map /slave self
    umount --recursive "$place"
    [[ $line == *" master:$far propagate_from:$near - "* ]]
    [[ ${#lines[@]} -eq 6 && ${lines[4]} == *"\"peer group $far\" -> 1;" ]]
    unmounted 0
}

@test "peer_map: a path with a quote and a blank is text for dot" {
    mkdir "$scratch/a \"b\""
    mount -t tmpfs none "$scratch/a \"b\""
    run -0 mnt/peer_map "$scratch/a\\040\"b\"" 1
    umount "$scratch/a \"b\""
    rmdir "$scratch/a \"b\""
    [[ ${lines[3]} == *"$scratch"'/a\\040\"b\""];' ]]
}

@test "peer_map: where nothing is mounted nothing is drawn" {
    run -0 mnt/peer_map "$place" 1
    [ "${#lines[@]}" -eq 4 ]
}

@test "peer_map: a process that does not exist is named" {
    run -1 mnt/peer_map / 1 4194999
    [[ $output == *'peer_map: fopen: /proc/4194999/mountinfo: No such file or directory'* ]]
}

@test "peer_map: a wrong call prints the usage and exits 2" {
    refused 2 'usage: peer_map PATH PID...' mnt/peer_map
    refused 2 'usage: peer_map PATH PID...' mnt/peer_map /
    refused 2 'usage: peer_map PATH PID...' mnt/peer_map -x 1
}

# ---- pin_mnt ----

@test "pin_mnt: a new mnt namespace is on the file, and can be entered" {
    : >"$scratch/ns"
    run -0 mnt/pin_mnt "$scratch/ns"
    [ -z "$output" ]
    ! [[ $scratch/ns -ef /proc/self/ns/mnt ]] || false
    run -0 nsenter --mount="$scratch/ns" readlink /proc/self/ns/mnt
    [ "$output" = "mnt:[$(stat -c %i "$scratch/ns")]" ]
    unpin "$scratch/ns"
}

@test "pin_mnt: a mount inside does not come out" {
    : >"$scratch/ns"
    run -0 mnt/pin_mnt "$scratch/ns"
    nsenter --mount="$scratch/ns" mount -t tmpfs none "$place"
    run -0 nsenter --mount="$scratch/ns" stat -f -c %T "$place"
    unpin "$scratch/ns"
    [ "$output" = tmpfs ]
    unmounted 0
}

@test "pin_mnt: a file is found from the folder that one is in" {
    : >"$scratch/ns"
    (cd "$scratch" && "${SAMPLES:-/book/build/samples}/mnt/pin_mnt" ns)
    unpin "$scratch/ns"
}

@test "pin_mnt: on a mount that has peers or slaves the kernel says EINVAL" {
    mount -t tmpfs none "$place"
    : >"$place/ns"
    local type
    for type in unchanged slave; do
        member --mount --propagation "$type"
        capture mnt/pin_mnt "$place/ns"
        end "$member"
        [[ $status -eq 1 && $stderr == "pin_mnt: mount: $place/ns: Invalid argument" ]]
    done
    run -0 mnt/pin_mnt "$place/ns"
    umount "$place/ns"
    unmounted 1
}

@test "pin_mnt: a file that is missing is named, a folder is refused" {
    refused 1 "pin_mnt: open: $scratch/none: No such file or directory" \
        mnt/pin_mnt "$scratch/none"
    refused 1 "pin_mnt: mount: $other/folder: Not a directory" \
        mnt/pin_mnt "$other/folder"
    unmounted 0
}

@test "pin_mnt: a wrong call prints the usage and exits 2" {
    refused 2 'usage: pin_mnt TARGET' mnt/pin_mnt
    refused 2 'usage: pin_mnt TARGET' mnt/pin_mnt a b
    refused 2 'usage: pin_mnt TARGET' mnt/pin_mnt -a
}

@test "pin_mnt: an ordinary user is refused" {
    refused 1 'pin_mnt: unshare: Operation not permitted' \
        as_reader mnt/pin_mnt /etc/passwd
}
