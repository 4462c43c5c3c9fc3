#!/usr/bin/env bats
# root.bats - checks code-samples/root, shown in docs/root.rst
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# make_box: make $box, a small root folder: busybox, and what a test looks for
make_box() {
    export box=$scratch/box
    mkdir -p "$box"/{bin,below,old}
    cp /lab/busybox "$box/bin/busybox"
    echo inside >"$box/here"
}

remove_box() {
    rm -r "$box"
}

# in_box COMMAND [ARG]...: run a sample, by which a program of the box reads a file there
in_box() {
    "$@" /bin/busybox cat /here
}

# as_root_of_user COMMAND [ARG]...: as root of a user namespace, whom reader plays
as_root_of_user() {
    setpriv --reuid=reader --regid=reader --clear-groups -- \
        unshare --user --map-root-user "$@"
}

# ---- enter_folder ----

@test "enter_folder: the command finds its files in the folder" {
    make_box
    run -0 root/enter_folder go "$box" /bin/busybox cat /here
    remove_box
    [ "$output" = inside ]
}

@test "enter_folder: go leads into the folder, stay does not" {
    local sample=${SAMPLES:-/book/build/samples}/root/enter_folder
    make_box
    cd "$box/below"
    run -0 "$sample" go "$box" /bin/busybox test -d below
    cd "$scratch"
    run -1 "$sample" go "$box" /bin/busybox test -d box
    run -0 "$sample" stay "$box" /bin/busybox test -d box
    remove_box
}

@test "enter_folder: no namespace is left" {
    local ns
    for ns in "${types[@]}"; do
        run -0 root/enter_folder go / readlink "/proc/self/ns/$ns"
        [ "$output" = "$(readlink "/proc/self/ns/$ns")" ]
    done
}

@test "enter_folder: arguments arrive, and the status is the command's" {
    run -0 root/enter_folder go / printf '%s|' one 'two words' ''
    [ "$output" = 'one|two words||' ]
    run -7 root/enter_folder go / sh -c 'exit 7'
    refused 127 'enter_folder: /no/such: No such file or directory' \
        root/enter_folder go / /no/such
    refused 126 'enter_folder: /etc/passwd: Permission denied' \
        root/enter_folder go / /etc/passwd
}

@test "enter_folder: a folder that is none is named" {
    refused 1 'enter_folder: chroot: /no/such: No such file or directory' \
        root/enter_folder go /no/such true
    refused 1 "enter_folder: chroot: $other/file: Not a directory" \
        root/enter_folder go "$other/file" true
}

@test "enter_folder: an ordinary user is refused, root of a user namespace is not" {
    refused 1 'enter_folder: chroot: /: Operation not permitted' \
        as_reader root/enter_folder go / true
    run -0 as_root_of_user root/enter_folder go / true
}

@test "enter_folder: a wrong call prints the usage and exits 2" {
    usage='usage: enter_folder stay|go ROOT COMMAND [ARG]...'
    refused 2 "$usage" root/enter_folder
    refused 2 "$usage" root/enter_folder go
    refused 2 "$usage" root/enter_folder go /
    refused 2 "$usage" root/enter_folder leave / true
}

# ---- leave_chroot ----

@test "leave_chroot: in a chroot, the command runs in the root of the machine" {
    make_box
    cp root/leave_chroot "$box"
    run -0 root/enter_folder go "$box" /leave_chroot /below readlink /proc/self/root
    remove_box
    [ "$output" = / ]
}

@test "leave_chroot: the command is in that folder, too" {
    make_box
    cp root/leave_chroot "$box"
    run -0 root/enter_folder go "$box" /leave_chroot /below readlink /proc/self/cwd
    remove_box
    [ "$output" = / ]
}

@test "leave_chroot: it need not stand in the root folder" {
    make_box
    cp root/leave_chroot "$box"
    run -0 root/enter_folder go "$box" /bin/busybox sh -c \
        'cd below; exec /leave_chroot . readlink /proc/self/root'
    remove_box
    [ "$output" = / ]
}

@test "leave_chroot: a folder that is bound on one of its own is not the top" {
    make_box
    cp root/leave_chroot "$box"
    mount --bind "$box" "$box/below"
    run root/enter_folder go "$box/below" /leave_chroot /old \
        readlink /proc/self/root
    umount "$box/below"
    remove_box
    [ "$output" = / ]
}

@test "leave_chroot: root of a user namespace gets out as well" {
    make_box
    chmod 755 "$BATS_RUN_TMPDIR" "${scratch%/*}" "$scratch"
    cp root/leave_chroot "$box"
    run -0 as_root_of_user root/enter_folder go "$box" /leave_chroot /below \
        readlink /proc/self/root
    remove_box
    [ "$output" = / ]
}

@test "leave_chroot: out of a root that pivot_root has made nothing leads" {
    make_box
    cp root/leave_chroot "$box"
    run -0 in_box root/change_root "$box" /leave_chroot /below
    remove_box
    [ "$output" = inside ]
}

@test "leave_chroot: without CAP_SYS_CHROOT it is refused" {
    refused 1 'leave_chroot: chroot: /tmp: Operation not permitted' \
        as_reader root/leave_chroot /tmp true
}

@test "leave_chroot: a folder that is no lower root is refused" {
    refused 2 'leave_chroot: /: a folder below / is needed' root/leave_chroot / true
    refused 1 'leave_chroot: statx: /no/such: No such file or directory' \
        root/leave_chroot /no/such true
    refused 1 'leave_chroot: chroot: /etc/passwd: Not a directory' \
        root/leave_chroot /etc/passwd true
}

@test "leave_chroot: arguments arrive, and the status is the command's" {
    run -0 root/leave_chroot /tmp printf '%s|' one 'two words' ''
    [ "$output" = 'one|two words||' ]
    run -7 root/leave_chroot /tmp sh -c 'exit 7'
    refused 127 'leave_chroot: /no/such: No such file or directory' \
        root/leave_chroot /tmp /no/such
    refused 126 'leave_chroot: /etc/passwd: Permission denied' \
        root/leave_chroot /tmp /etc/passwd
}

@test "leave_chroot: a wrong call prints the usage and exits 2" {
    usage='usage: leave_chroot FOLDER COMMAND [ARG]...'
    refused 2 "$usage" root/leave_chroot
    refused 2 "$usage" root/leave_chroot /tmp
    refused 2 "$usage" root/leave_chroot -x /tmp true
}

# ---- change_root ----

@test "change_root: the command finds its files in the folder" {
    make_box
    run -0 in_box root/change_root "$box"
    [ "$output" = inside ]
    run -0 root/change_root "$box" /bin/busybox pwd
    remove_box
    [ "$output" = / ]
}

@test "change_root: the folder may be named from the one that one is in" {
    make_box
    cd "$box"
    run -0 in_box "${SAMPLES:-/book/build/samples}/root/change_root" .
    cd "$scratch"
    remove_box
    [ "$output" = inside ]
}

@test "change_root: its mount namespace has the folder's mounts, and no other" {
    make_box
    mkdir "$box/proc"
    mount -t tmpfs below "$box/below"
    mount -t proc proc "$box/proc"
    run -0 root/change_root "$box" /bin/busybox sh -c \
        'while read -r _ _ _ _ point _; do echo "$point"; done </proc/self/mountinfo'
    umount "$box/below" "$box/proc"
    remove_box
    [ "$output" = $'/\n/below\n/proc' ]
}

@test "change_root: who enters the namespace is in the folder, too" {
    make_box
    mkfifo "$box/wait"
    root/change_root "$box" /bin/busybox sh -c 'read -r _ </wait' 3>&- 4>&- &
    becomes busybox $!
    run -0 nsenter --target $! --mount /bin/busybox cat /here
    echo end >"$box/wait"
    wait $!
    remove_box
    [ "$output" = inside ]
}

@test "change_root: it is in a new mnt namespace, and in no other" {
    make_box
    mkdir "$box/proc"
    mount -t proc proc "$box/proc"
    run -0 root/change_root "$box" /bin/busybox sh -c 'for ns in "$@"; do
        /bin/busybox readlink "/proc/self/ns/$ns"; done' sh "${types[@]}"
    umount "$box/proc"
    remove_box
    [ "${lines[2]}" != "$(readlink /proc/self/ns/mnt)" ]
    unset 'lines[2]'
    [ "${lines[*]}" = "$(readlink /proc/self/ns/{cgroup,ipc,net,pid,time,user,uts} | xargs)" ]
}

@test "change_root: outside, mounts and their propagation stay what they were" {
    local before after
    make_box
    mount -t tmpfs below "$box/below"
    mount --make-shared "$box/below"
    read -r -d '' before </proc/self/mountinfo || :
    run -0 root/change_root "$box" /bin/busybox true
    read -r -d '' after </proc/self/mountinfo || :
    umount "$box/below"
    remove_box
    [ "$after" = "$before" ]
}

@test "change_root: in a user namespace of one's own it works as well" {
    make_box
    chmod 755 "$BATS_RUN_TMPDIR" "${scratch%/*}" "$scratch"
    run -0 in_box as_root_of_user root/change_root "$box"
    remove_box
    [ "$output" = inside ]
}

@test "change_root: arguments arrive, and the status is the command's" {
    make_box
    run -0 root/change_root "$box" /bin/busybox printf '%s|' one 'two words' ''
    [ "$output" = 'one|two words||' ]
    run -7 root/change_root "$box" /bin/busybox sh -c 'exit 7'
    refused 127 'change_root: /no/such: No such file or directory' \
        root/change_root "$box" /no/such
    refused 126 'change_root: /here: Permission denied' root/change_root "$box" /here
    remove_box
}

@test "change_root: what cannot be a root is named" {
    refused 1 'change_root: realpath: /no/such: No such file or directory' \
        root/change_root /no/such true
    refused 1 'change_root: chdir: /etc/passwd: Not a directory' \
        root/change_root /etc/passwd true
    refused 1 'change_root: pivot_root: /: Device or resource busy' \
        root/change_root / true
}

@test "change_root: an ordinary user is refused" {
    refused 1 'change_root: unshare: Operation not permitted' \
        as_reader root/change_root /tmp true
}

@test "change_root: a wrong call prints the usage and exits 2" {
    usage='usage: change_root ROOT COMMAND [ARG]...'
    refused 2 "$usage" root/change_root
    refused 2 "$usage" root/change_root /tmp
    refused 2 "$usage" root/change_root -x /tmp true
}

# ---- explain_pivot ----

# explained SCRIPT: what explain_pivot prints in a mount namespace where all is private,
# and $box is a folder, after lines of the shell
explained() {
    make_box
    run -0 unshare --mount sh -euc "$1"
    remove_box
}

@test "explain_pivot: where it works it says so" {
    explained 'mount --bind "$box" "$box"; root/explain_pivot "$box" "$box/old"
        root/explain_pivot "$box" "$box"'
    [ "$output" = $'pivot_root: Success\npivot_root: Success' ]
}

@test "explain_pivot: a folder is no mount point" {
    explained 'root/explain_pivot "$box" "$box/old"'
    [ "$output" = $'EINVAL: ROOT is no mount point\npivot_root: Invalid argument' ]
}

@test "explain_pivot: the mount below is shared" {
    explained 'mount --bind "$box" "$box"; mount --make-shared /tmp
        root/explain_pivot "$box" "$box/old"'
    [ "$output" = $'EINVAL: the mount below that of ROOT is shared\npivot_root: Invalid argument' ]
}

@test "explain_pivot: the mount of OLD is shared" {
    explained 'mount --bind "$box" "$box"; mount --make-shared "$box"
        root/explain_pivot "$box" "$box/old"'
    [ "$output" = $'EINVAL: the mount of OLD is shared\npivot_root: Invalid argument' ]
}

@test "explain_pivot: OLD is elsewhere" {
    explained 'mount --bind "$box" "$box"; mkdir "$box.er"
        root/explain_pivot "$box" "$box.er"; rmdir "$box.er"'
    [ "$output" = $'EINVAL: OLD is not below ROOT\npivot_root: Invalid argument' ]
}

@test "explain_pivot: both are on the mount of /" {
    mkdir -p /srv/box/old
    run -0 unshare --mount root/explain_pivot /srv/box /srv/box/old
    rm -r /srv/box
    [ "$output" = 'EBUSY: ROOT is on the mount of /
EBUSY: OLD is on the mount of /
EINVAL: ROOT is no mount point
pivot_root: Device or resource busy' ]
}

@test "explain_pivot: / is a mount point, and has all below it" {
    explained 'root/explain_pivot / "$box"'
    [ "$output" = $'EBUSY: ROOT is on the mount of /\npivot_root: Device or resource busy' ]
}

@test "explain_pivot: in a chroot, / is no mount point" {
    explained 'mkdir "$box/proc"; mount -t proc proc "$box/proc"
        mount -t tmpfs new "$box/below"; cp root/explain_pivot "$box"
        root/enter_folder go "$box" /explain_pivot /below /below'
    [ "$output" = $'EINVAL: / is no mount point\npivot_root: Invalid argument' ]
}

@test "explain_pivot: what /proc does not show has no cause" {
    run -0 as_root_of_user unshare --mount root/explain_pivot /tmp /tmp
    [ "$output" = 'pivot_root: Invalid argument' ]
}

@test "explain_pivot: outside, nothing is changed" {
    local before after
    read -r -d '' before </proc/self/mountinfo || :
    explained 'mount --bind "$box" "$box"; stat --format %d:%i / >"$box/here"
        root/explain_pivot "$box" "$box/old"; stat --format %d:%i / | diff - "$box/here"'
    read -r -d '' after </proc/self/mountinfo || :
    [[ $output == 'pivot_root: Success' && $after == "$before" ]]
}

@test "explain_pivot: what it cannot look at is named" {
    refused 1 'explain_pivot: realpath: /no/such: No such file or directory' \
        root/explain_pivot / /no/such
    refused 1 'explain_pivot: chdir: /no/such: No such file or directory' \
        root/explain_pivot /no/such /
    refused 1 'explain_pivot: unshare: Operation not permitted' \
        as_reader root/explain_pivot / /
}

@test "explain_pivot: a wrong call prints the usage and exits 2" {
    refused 2 'usage: explain_pivot ROOT OLD' root/explain_pivot
    refused 2 'usage: explain_pivot ROOT OLD' root/explain_pivot /
    refused 2 'usage: explain_pivot ROOT OLD' root/explain_pivot / / /
    refused 2 'usage: explain_pivot ROOT OLD' root/explain_pivot -x /
}

# ---- draw_pivot ----

@test "draw_pivot: the new root stands on the old one, then the other way round" {
    run -0 root/draw_pivot
    [[ $output =~ 'the old root\nmount id '([0-9]+)'\non /"' ]]
    local old=${BASH_REMATCH[1]}
    [[ $output =~ 'the new root\nmount id '([0-9]+)'\non /mnt"' ]]
    local new=${BASH_REMATCH[1]}
    [ "$old" -ne "$new" ]
    [[ $output == *"the old root\nmount id $old\non /old\""* ]]
    [[ $output == *"the new root\nmount id $new\non /\""* ]]
    [[ $output == *'11 -> 10 '*'20 -> 21 '* ]]
}

@test "draw_pivot: at last the new root is alone" {
    run -0 root/draw_pivot
    local last=${output##*cluster_3}
    [[ $last == *'"the new root\nmount id '+([0-9])'\non /"'* && $last != *old* ]]
}

@test "draw_pivot: nothing is mounted outside, and no folder made" {
    local before after
    read -r -d '' before </proc/self/mountinfo || :
    run -0 root/draw_pivot
    read -r -d '' after </proc/self/mountinfo || :
    [[ $after == "$before" && ! -e /mnt/old ]]
}

@test "draw_pivot: in a user namespace of one's own it is the same" {
    run -0 root/draw_pivot
    local drawn=${output//[0-9]/}
    run -0 as_root_of_user root/draw_pivot
    [ "${output//[0-9]/}" = "$drawn" ]
}

@test "draw_pivot: a wrong call prints the usage and exits 2" {
    refused 2 'usage: draw_pivot' root/draw_pivot more
}

@test "draw_pivot: an ordinary user is refused" {
    refused 1 'draw_pivot: unshare: Operation not permitted' as_reader root/draw_pivot
}
