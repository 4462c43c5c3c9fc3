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

# ---- cover_folder ----

@test "cover_folder: the command finds an empty tmpfs of 1 MiB on the folder" {
    touch "$place/covered"
    run -0 mnt/cover_folder private "$place" \
        findmnt --noheadings --output SOURCE,FSTYPE,SIZE "$place"
    [[ $output =~ ^scratch\ +tmpfs\ +1M$ ]]
    run -0 mnt/cover_folder private "$place" ls "$place"
    [ -z "$output" ]
    rm "$place/covered"
    unmounted 0
}

@test "cover_folder: unchanged, the mount is there outside, and stays" {
    run -0 mnt/cover_folder unchanged "$place" touch "$place/leaked"
    rm "$place/leaked" # which is there
    unmounted 1
}

@test "cover_folder: private or slave, nothing is mounted outside" {
    for type in private slave; do
        run -0 mnt/cover_folder "$type" "$place" touch "$place/kept"
        run -1 rm "$place/kept" # which is not there
        unmounted 0
    done
}

@test "cover_folder: the mounts are in the groups that the word says" {
    run -0 mnt/cover_folder private "$place" sh -c "$root_groups"
    [[ $output == '- '* ]]
    run -0 mnt/cover_folder slave "$place" sh -c "$root_groups"
    [[ $output == master:+([0-9]) ]]
    run -0 mnt/cover_folder unchanged "$place" sh -c "$root_groups"
    [[ $output == shared:+([0-9]) ]]
    unmounted 1
}

@test "cover_folder: the word is for all mounts, not for / alone" {
    run -1 mnt/cover_folder private "$place" grep -e shared: -e master: /proc/self/mountinfo
    run -1 mnt/cover_folder slave "$place" grep shared: /proc/self/mountinfo
    unmounted 0
}

@test "cover_folder: the command is in a new mnt namespace, and no other" {
    for ns in cgroup ipc net pid time user uts; do
        run -0 mnt/cover_folder private "$place" readlink "/proc/self/ns/$ns"
        [ "$output" = "$(readlink "/proc/self/ns/$ns")" ]
    done
    run -0 mnt/cover_folder private "$place" readlink /proc/self/ns/mnt
    [ "$output" != "$(readlink /proc/self/ns/mnt)" ]
}

@test "cover_folder: arguments arrive, and the status is the command's" {
    run -0 mnt/cover_folder private "$place" printf '%s|' one 'two words' ''
    [ "$output" = 'one|two words||' ]
    run -7 mnt/cover_folder private "$place" sh -c 'exit 7'
    refused 127 'cover_folder: /no/such: No such file or directory' \
        mnt/cover_folder private "$place" /no/such
    refused 126 'cover_folder: /etc/passwd: Permission denied' \
        mnt/cover_folder private "$place" /etc/passwd
}

@test "cover_folder: what cannot be mounted on is named" {
    refused 1 'cover_folder: realpath: /no/such: No such file or directory' \
        mnt/cover_folder private /no/such true
    refused 1 'cover_folder: mount: /etc/passwd: Not a directory' \
        mnt/cover_folder private /etc/passwd true
}

@test "cover_folder: who calls it from the folder itself is in the empty one" {
    local sample=${SAMPLES:-/book/build/samples}/mnt/cover_folder
    cd "$place"
    for folder in "$place" . ; do
        run -0 "$sample" private "$folder" sh -c 'echo secret >notes; ls'
        [[ $output == notes && ! -e $place/notes ]]
    done
    mkdir below
    cd "$place/below"
    refused 1 "cover_folder: chdir: $place/below: No such file or directory" \
        "$sample" private .. touch notes
    cd "$place"
    rmdir below
    unmounted 0
}

@test "cover_folder: the root folder is refused, for a mount on it has no effect" {
    for folder in / // /mnt/..; do
        refused 2 "cover_folder: /: a mount there covers no process's root folder" \
            mnt/cover_folder private "$folder" true
    done
}

@test "cover_folder: a wrong call prints the usage and exits 2" {
    usage='usage: cover_folder unchanged|private|slave FOLDER COMMAND [ARG]...'
    refused 2 "$usage" mnt/cover_folder
    refused 2 "$usage" mnt/cover_folder private
    refused 2 "$usage" mnt/cover_folder private "$place"
    refused 2 "$usage" mnt/cover_folder shared "$place" true
    unmounted 0
}

@test "cover_folder: an ordinary user mounts nothing" {
    refused 1 'cover_folder: unshare: Operation not permitted' \
        as_reader mnt/cover_folder unchanged /mnt true
    unmounted 0
}

# ---- try_propagation ----

table='the copy is  original -> copy   copy -> original   bindable
shared       yes                yes                yes
slave        yes                no                 yes
private      no                 no                 yes
unbindable   no                 no                 no'

@test "try_propagation: the kernel's table" {
    run -0 mnt/try_propagation
    [ "$output" = "$table" ]
}

@test "try_propagation: it is the same in a user namespace of one's own" {
    run -0 as_reader unshare --user --map-root-user mnt/try_propagation
    [ "$output" = "$table" ]
}

@test "try_propagation: nothing is mounted outside, and no folder made" {
    run mnt/try_propagation
    local ran=$status
    run -1 rmdir /tmp/original/sub /tmp/original /tmp/copy /tmp/third
    [[ $ran -eq 0 && ${#lines[@]} -eq 4 ]]
    unmounted 0
}

@test "try_propagation: a wrong call prints the usage and exits 2" {
    refused 2 'usage: try_propagation' mnt/try_propagation shared
}

@test "try_propagation: an ordinary user is refused before any mount" {
    refused 1 'try_propagation: unshare: Operation not permitted' \
        as_reader mnt/try_propagation
}

# ---- draw_peers ----

@test "draw_peers: peers point both ways to one group" {
    mount -t tmpfs none "$place"
    member --mount --propagation unchanged
    run -0 mnt/draw_peers "$place" 1 "$member"
    end "$member"
    local group
    group=$(group "$place")
    [ "$output" = 'digraph mounts {
    rankdir=LR;
    node [shape=box];
    1 [style=rounded, label="pid 1"];
    1 -> "peer group '"$group"'" [dir=both];
    2 [style=rounded, label="pid '"$member"'"];
    2 -> "peer group '"$group"'" [dir=both];
}' ]
    unmounted 1
}

@test "draw_peers: the arrow of a slave leads from the group, a private mount has none" {
    mount -t tmpfs none "$place"
    member --mount --propagation slave
    run -0 mnt/draw_peers "$place" "$member"
    [[ ${lines[4]} =~ ^\ +\"peer\ group\ [0-9]+\"\ -\>\ 1\;$ && ${#lines[@]} -eq 6 ]]
    end "$member"
    mount --make-private "$place"
    run -0 mnt/draw_peers "$place" 1
    [ "${#lines[@]}" -eq 5 ]
    unmounted 1
}

@test "draw_peers: of a slave that is shared both groups are drawn" {
    mount -t tmpfs none "$place"
    run -0 unshare --mount --propagation slave sh -c \
        'mount --make-shared "$0"; mnt/draw_peers "$0" $$' "$place"
    [[ ${lines[4]} == *'1 -> "peer group '*'" [dir=both];' &&
        ${lines[5]} == *'"peer group '*'" -> 1;' ]]
    unmounted 1
}

# group PATH: the peer group of a mount
group() {
    sed -n "s|.* $1 .* shared:\([0-9]*\) .*|\1|p" /proc/self/mountinfo
}

@test "draw_peers: in a chroot, the arrow comes from a master that is out of sight" {
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
    cp mnt/draw_peers /lab/busybox "$place/root"
    local far near
    far=$(group "$place/far") near=$(group "$place/near")
    run chroot "$place/root" /busybox grep ' /slave ' /proc/self/mountinfo
    local line=$output
    run chroot "$place/root" /draw_peers /slave self
    umount --recursive "$place"
    [[ $line == *" master:$far propagate_from:$near - "* ]]
    [[ ${#lines[@]} -eq 6 && ${lines[4]} == *"\"peer group $far\" -> 1;" ]]
    unmounted 0
}

@test "draw_peers: what the kernel writes in numbers is found by its name" {
    local name=$'a b\t\n\\c"f'
    mkdir "$scratch/$name"
    mount -t tmpfs none "$scratch/$name"
    run -0 mnt/draw_peers "$scratch/$name" 1
    umount "$scratch/$name"
    rmdir "$scratch/$name"
    [[ ${lines[3]} == '    1 [style=rounded, label="pid 1"];' ]]
}

@test "draw_peers: where nothing is mounted nothing is drawn, and that is said" {
    refused 1 "draw_peers: /proc/1/mountinfo: no mount on $place" \
        mnt/draw_peers "$place" 1
    refused 1 'draw_peers: /proc/1/mountinfo: no mount on /proc/' \
        mnt/draw_peers /proc/ 1
}

@test "draw_peers: a process that does not exist is named" {
    refused 1 'draw_peers: fopen: /proc/4194999/mountinfo: No such file or directory' \
        mnt/draw_peers / 1 4194999
}

@test "draw_peers: a wrong call prints the usage and exits 2" {
    refused 2 'usage: draw_peers PATH PID...' mnt/draw_peers
    refused 2 'usage: draw_peers PATH PID...' mnt/draw_peers /
    refused 2 'usage: draw_peers PATH PID...' mnt/draw_peers -x 1
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
