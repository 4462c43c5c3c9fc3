#!/usr/bin/env bats
# mnt.bats - sentences of docs/mnt.rst, put to the kernel
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# flags of mount(2)
export REMOUNT=32 BIND=4096 REC=16384
export UNBINDABLE=131072 PRIVATE=262144 SLAVE=524288 SHARED=1048576

# on_stage SCRIPT: run lines of bash in a mount namespace that plays the machine: all
# mounts in it are shared, and none comes out. Its /mnt is an empty tmpfs.
on_stage() {
    run -0 unshare --mount bash -euc '
        trap "jobs -p | xargs --no-run-if-empty kill -KILL; wait" EXIT
        mount --make-rshared /
        mount -t tmpfs none /mnt
        eval "$0"' "$1"
}

# inside COMMAND [ARG]...: run a command in the mount namespace of $member
inside() {
    nsenter --target "$member" --mount "$@"
}

# mounts POINT [PID]: how many mounts on a place are on the list of a process
mounts() {
    local point count=0
    while read -r _ _ _ _ point _; do
        [ "$point" != "$1" ] || count=$((count + 1))
    done <"/proc/${2:-self}/mountinfo"
    echo "$count"
}

# ties POINT [PID]: the optional fields of the mount there; "private" if it has none
ties() {
    local point rest fields='not mounted'
    while read -r _ _ _ _ point _ rest; do
        [ "$point" != "$1" ] || fields=${rest%%- *}
    done <"/proc/${2:-self}/mountinfo"
    fields=${fields% }
    echo "${fields:-private}"
}

# mount_call SOURCE TARGET TYPE FLAGS: mount(2) itself, without data
mount_call() {
    perl -e 'my ($source, $target, $type, $flags) = @ARGV;
        syscall(165, $source, $target, $type, 0 + $flags, 0) and die "$!\n"' "$@"
}

# seen_from FOLDER: the mountinfo of a process whose root folder that is
seen_from() {
    perl -e 'opendir(PROC, "/proc/self") or die; chroot($ARGV[0]) or die;
        chdir(PROC) or die; open(LIST, "<", "mountinfo") or die; print <LIST>' "$1"
}

export -f inside mounts ties mount_call seen_from
export -f member becomes end as_reader fails capture captured

@test "No call failed, and the namespace was new" {
    on_stage '
        here=$(readlink /proc/self/ns/mnt)
        [ "$(mnt/cover_folder unchanged /mnt readlink /proc/self/ns/mnt)" != "$here" ]
        said=$(strace -e trace=unshare,mount,chdir mnt/cover_folder unchanged /mnt true 2>&1)
        [[ $said == *unshare*mount* && $said != *"= -1"* ]]'
}

@test "the kernel had made it in two places" {
    on_stage '
        [ "$(mnt/cover_folder unchanged /media bash -c "mounts /media")" = 1 ]
        [ "$(mounts /media)" = 1 ]'
}

@test "All that runs here runs on Linux 5.10 and since" {
    on_stage '
        mnt/cover_folder private /media true
        mnt/draw_peers / $$ >/mnt/graph
        mnt/try_propagation >/mnt/table
        touch /mnt/ns
        mnt/pin_mnt /mnt/ns'
}

@test "What a process finds by a path hangs in one tree" {
    run -0 perl -ane '$known{$F[0]} = 1; push @parents, $F[1];
        END { print 0 + grep { !$known{$_} } @parents }' /proc/self/mountinfo
    [ "$output" = 1 ]
}

@test "each says which file system, or which part of one, begins at which folder or file" {
    on_stage '
        touch /mnt/file
        mount --bind /etc/hostname /mnt/file
        mount --bind /usr/bin /media
        grep " / /mnt .* tmpfs none" /proc/self/mountinfo
        grep " /etc/hostname /mnt/file " /proc/self/mountinfo
        grep " /usr/bin /media " /proc/self/mountinfo'
}

@test "In the first terminal /mnt is an empty folder before, while and after" {
    on_stage '
        [ -z "$(ls /mnt)" ]
        member --mount
        inside mount -t tmpfs none /mnt
        inside touch /mnt/inside
        [ -z "$(ls /mnt)" ]
        end "$member"
        [ -z "$(ls /mnt)" ]'
}

@test "One kind of mount is left out, the pin of a mount namespace" {
    on_stage '
        mount --make-private /mnt
        touch /mnt/mnt /mnt/net
        unshare --mount=/mnt/mnt --net=/mnt/net true
        mount --bind /usr /media
        mount --make-unbindable /media
        cut -d " " -f 5 /proc/self/mountinfo | sort >/mnt/here
        unshare --mount cut -d " " -f 5 /proc/self/mountinfo | sort >/mnt/there
        [ "$(diff /mnt/here /mnt/there | grep "^[<>]")" = "< /mnt/mnt" ]'
}

@test "Only the list was copied" {
    on_stage '
        here=$(cut -d " " -f 3-5 /proc/self/mountinfo | sort)
        [ "$(unshare --mount cut -d " " -f 3-5 /proc/self/mountinfo | sort)" = "$here" ]'
}

@test "a file that is written through one is seen through the other" {
    on_stage '
        member --mount
        inside sh -c "echo text >/mnt/file"
        [ "$(cat /mnt/file)" = text ]
        rm /mnt/file
        [ -z "$(inside ls /mnt)" ]'
}

@test "The command has ended, and so has its namespace" {
    on_stage '
        ended=$(mnt/cover_folder unchanged /media readlink /proc/self/ns/mnt)
        # What is gone has left its number to the next.
        [ "$(unshare --mount readlink /proc/self/ns/mnt)" = "$ended" ]'
}

@test "Its notes can be read by everybody" {
    on_stage '
        mnt/cover_folder unchanged /media sh -c "echo secret >/media/notes"
        [ "$(as_reader cat /media/notes)" = secret ]'
}

@test "The folder is covered for who looks it up from now on" {
    on_stage '
        touch /mnt/below
        cd /mnt
        mount -t tmpfs none /mnt
        [ -z "$(ls /mnt)" ]
        [ "$(ls)" = below ]'
}

@test "A mount on / would not help" {
    on_stage '
        mount -t tmpfs none /
        [ "$(mounts /)" = 2 ]
        sh -c "test -e /usr"'
}

@test "as it might have MS_SHARED or MS_UNBINDABLE" {
    on_stage '
        mount_call none /mnt none "$UNBINDABLE"
        [ "$(ties /mnt)" = unbindable ]
        mount_call none /mnt none "$SHARED"
        [[ $(ties /mnt) == shared:* ]]'
}

@test "Such a call mounts nothing" {
    on_stage '
        before=$(cut -d " " -f 1,5 /proc/self/mountinfo)
        for flag in "$SHARED" "$SLAVE" "$PRIVATE" "$UNBINDABLE"; do
            mount_call none /mnt tmpfs "$flag"
        done
        [ "$(cut -d " " -f 1,5 /proc/self/mountinfo)" = "$before" ]'
}

@test "its propagation type, and with MS_REC that of all mounts below as well" {
    on_stage '
        mkdir /mnt/below
        mount -t tmpfs none /mnt/below
        mount_call none /mnt none "$PRIVATE"
        [[ $(ties /mnt) == private && $(ties /mnt/below) == shared:* ]]
        mount_call none /mnt none "$((SLAVE | REC))"
        [[ $(ties /mnt/below) == private && $(ties /) == shared:* ]]'
}

@test "The kernel itself would have made it private" {
    on_stage '
        mount --make-private /mnt
        mkdir /mnt/new
        mount -t tmpfs none /mnt/new
        [ "$(ties /mnt/new)" = private ]'
}

@test "and so does the init of our lab" {
    run -1 grep -v ' shared:' /proc/1/mountinfo
}

@test "A copy of a shared mount is shared too, and a mount that is made on one of the two is made on both" {
    on_stage '
        member --mount --propagation unchanged
        [[ $(ties / "$member") == shared:* ]]
        mount -t tmpfs none /media
        [ "$(mounts /media "$member")" = 1 ]
        inside mount -t tmpfs none /home
        [ "$(mounts /home)" = 1 ]'
}

@test "sets all mounts to private, unless its --propagation says something else" {
    on_stage '
        [ "$(unshare --mount grep -c -e shared: -e master: /proc/self/mountinfo || :)" = 0 ]
        here=$(wc -l </proc/self/mountinfo)
        for type in shared slave; do
            copy=$(unshare --mount --propagation "$type" cat /proc/self/mountinfo)
            [ "$(grep -c -e shared: -e master: <<<"$copy")" = "$here" ]
        done'
}

@test "the copy of a shared mount joins its group, whichever call made the copy" {
    on_stage '
        run="exec qw(bash -c), q(ties /mnt)"
        [ "$(perl -e "syscall(272, 0x20000) and die; $run")" = "$(ties /mnt)" ]
        [ "$(perl -e "syscall(56, 0x20000 | 17, 0, 0, 0, 0) or $run; wait")" = "$(ties /mnt)" ]'
}

@test "which keeps files in memory as a tmpfs does, but without a limit" {
    on_stage '
        mount -t tmpfs -o size=1m none /mnt
        fails "No space left" cp /usr/bin/perl /mnt
        mount -t ramfs -o size=1m none /mnt
        cp /usr/bin/perl /mnt
        [ "$(findmnt --noheadings --output SOURCE,FSTYPE /mnt | tail -n 1)" = "none ramfs" ]'
}

@test "as seen from the root folder of the process" {
    on_stage '
        mkdir /mnt/below
        mount -t tmpfs none /mnt/below
        [ "$(seen_from /mnt | cut -d " " -f 5 | xargs)" = "/ /below" ]'
}

@test "the options of the file system, wherever else it is mounted" {
    on_stage '
        mount --bind /mnt /media
        mount_call none /mnt none "$((REMOUNT | 1))"
        [[ $(grep " /mnt " /proc/self/mountinfo) == *" /mnt ro"*" none ro"* ]]
        [[ $(grep " /media " /proc/self/mountinfo) == *" /media rw"*" none ro"* ]]'
}

@test "mounted or unmounted on the others that have the same place" {
    on_stage '
        mkdir -p /mnt/a/b/c
        mount --bind /mnt /media
        mount --bind /mnt/a/b /home
        mount -t tmpfs none /mnt/a/b/c
        [ "$(mounts /media/a/b/c) $(mounts /home/c)" = "1 1" ]
        umount /home/c
        [ "$(mounts /media/a/b/c) $(mounts /mnt/a/b/c)" = "0 0" ]'
}

@test "Of a bind mount of /usr, the place /home is no part" {
    on_stage '
        mount --bind /usr /media
        [ "$(ties /media)" = "$(ties /)" ]
        before=$(wc -l </proc/self/mountinfo)
        mount -t tmpfs none /home
        [ "$(wc -l </proc/self/mountinfo)" = "$((before + 1))" ]
        mount -t tmpfs none /usr/share
        [ "$(mounts /media/share)" = 1 ]'
}

@test "It is told what happens in the group N, and tells nobody" {
    on_stage '
        mkdir /mnt/place
        for slave in /media /home; do
            mount --bind /mnt "$slave"
            mount --make-slave "$slave"
        done
        mount -t tmpfs none /media/place
        [ "$(mounts /mnt/place) $(mounts /home/place)" = "0 0" ]
        umount /media/place
        mount -t tmpfs none /mnt/place
        [ "$(mounts /media/place) $(mounts /home/place)" = "1 1" ]'
}

@test "what happens on its master reaches the mount and its own peers, and what happens among those does not go back" {
    on_stage '
        mkdir /mnt/place
        mount --bind /mnt /media
        mount --make-slave /media
        mount --make-shared /media
        mount --bind /media /home
        mount -t tmpfs none /home/place
        [ "$(mounts /mnt/place) $(mounts /media/place)" = "0 1" ]
        umount /home/place
        mount -t tmpfs none /mnt/place
        [ "$(mounts /media/place) $(mounts /home/place)" = "1 1" ]'
}

@test "Somebody mounts a stick on the machine's /mnt/usb, and it is on the other side too. From right to left it would have been the same." {
    on_stage '
        mkdir /mnt/usb
        member --mount --propagation unchanged
        mount -t tmpfs none /mnt/usb
        [ "$(mounts /mnt/usb "$member")" = 1 ]
        umount /mnt/usb
        inside mount -t tmpfs none /mnt/usb
        [ "$(mounts /mnt/usb)" = 1 ]'
}

@test "The kernel writes a blank in a mount point as" {
    on_stage '
        mkdir "/mnt/a b"
        mount -t tmpfs none "/mnt/a b"
        grep --fixed-strings " /mnt/a\040b " /proc/self/mountinfo
        mnt/draw_peers "/mnt/a b" $$'
}

@test "names the nearest group that is" {
    on_stage '
        mkdir -p /mnt/out/one /mnt/out/two /mnt/root/one /mnt/root/two
        mount -t tmpfs none /mnt/out/one
        first=$(ties /mnt/out/one)
        mount --bind /mnt/out/one /mnt/root/one
        mount --bind /mnt/out/one /mnt/out/two
        mount --make-slave /mnt/out/two
        mount --make-shared /mnt/out/two
        mount --bind /mnt/out/two /mnt/root/two
        mount --make-slave /mnt/root/two
        master=$(ties /mnt/root/two)
        [[ $master == master:* && $master != "master:${first#*:}" ]]
        [[ $(seen_from /mnt/root) == *" /two "*" $master propagate_from:${first#*:} - "* ]]'
}

@test "There is no second namespace in the experiment" {
    run -0 strace -f -e trace=unshare,setns,clone,clone3 mnt/try_propagation
    [ "$(grep -c '(' <<<"$output")" = 1 ]
}

@test "The file system behind them lives as long as the other" {
    on_stage '
        device=$(mountpoint --fs-devno /mnt)
        member --mount
        umount /mnt
        mount -t tmpfs none /media
        [ "$(mountpoint --fs-devno /media)" != "$device" ]
        umount /media
        end "$member"
        # What is gone has left its number to the next.
        mount -t tmpfs none /media
        [ "$(mountpoint --fs-devno /media)" = "$device" ]'
}

@test "it is busy, and the list of your own namespace does not show why" {
    modprobe loop
    local disk
    disk=$(losetup --find --show --read-only /dev/vda)
    # O_EXCL: for whoever wants the disk alone
    export only="sysopen(DISK, q($disk), 128) or die qq(busy\n)" disk
    on_stage '
        perl -e "$only"
        mount -o ro "$disk" /mnt
        member --mount
        umount /mnt
        fails busy perl -e "$only"
        if grep "$disk" /proc/self/mountinfo; then exit 1; fi
        end "$member"
        perl -e "$only"'
    losetup --detach "$disk"
}

@test "first the kernel looks whether somebody uses one of the mounts that would go" {
    on_stage '
        cd /mnt
        member --mount --propagation slave
        cd /
        fails busy umount /mnt
        [ "$(mounts /mnt) $(mounts /mnt "$member")" = "1 1" ]
        end "$member"
        umount /mnt'
}

@test "A copy does not go when something that stays is mounted in a folder of it" {
    on_stage '
        mkdir /mnt/below
        member --mount --propagation slave
        inside mount -t tmpfs none /mnt/below
        umount /mnt
        [ "$(mounts /mnt) $(mounts /mnt "$member")" = "0 1" ]
        end "$member"
        mount -t tmpfs none /mnt
        member --mount --propagation slave
        inside mount -t tmpfs none /mnt
        umount /mnt
        [ "$(mounts /mnt) $(mounts /mnt "$member")" = "0 1" ]
        [ "$(inside findmnt --noheadings --output PARENT /mnt)" = "$(inside findmnt --noheadings --output ID /)" ]
        end "$member"
        mount -t tmpfs none /mnt
        mkdir /mnt/below
        mount -t tmpfs none /mnt/below
        member --mount --propagation slave
        umount --lazy /mnt
        [ "$(mounts /mnt) $(mounts /mnt "$member")" = "0 0" ]'
}

@test "what a process has open is in /proc/PID/fd" {
    on_stage '
        exec 9>/mnt/file
        fails busy umount /mnt
        [ "$(readlink /proc/$$/fd/9)" = /mnt/file ]
        exec 9>&-
        umount /mnt'
}

@test "you may mount: some file systems, such as tmpfs, and as a bind mount most of what you see" {
    on_stage '
        as_root="as_reader unshare --user --map-root-user"
        $as_root --mount sh -c "mount -t tmpfs none /mnt && mount --bind /usr /media"
        fails "permission denied" $as_root --mount mount -t debugfs none /mnt
        fails "permission denied" $as_root mount -t tmpfs none /mnt'
}

@test "each copy that would have been a peer becomes a slave" {
    on_stage '
        mount --make-private /mnt
        mount --bind /usr /media
        mount --make-slave /media
        list="cut -d \" \" -f 5,7 /proc/self/mountinfo"
        here=$(eval "$list" | sed s/shared:/master:/ | sort)
        there=$(unshare --user --mount --propagation unchanged sh -c "$list" | sort)
        [[ $there == "$here" && $there == *"/mnt -"* ]]'
}

@test "A mount that came with such a copy is locked" {
    on_stage '
        cut -d " " -f 5 /proc/self/mountinfo | grep -vx / >/mnt/points
        while read -r point; do
            fails "not mounted" unshare --user --map-root-user --mount umount "$point"
        done </mnt/points'
}

@test "Nor can you take away an option that protects something" {
    on_stage '
        export flags=$((REMOUNT | BIND))
        change="unshare --user --map-root-user --mount bash -c"
        $change "mount_call none /mnt none $flags"
        for option in ro nosuid nodev noexec; do
            mount -t tmpfs -o "$option" none /media
            fails "not permitted" $change "mount_call none /media none $flags"
            umount /media
        done'
}

@test "A bind mount of / alone would show what lies below" {
    on_stage '
        mount --bind / /mnt
        [ -n "$(ls /proc)" ]
        [ -z "$(ls /mnt/proc)" ]
        if grep " /mnt/" /proc/self/mountinfo; then exit 1; fi'
}

@test "The program had made all mounts in it private" {
    on_stage '
        touch /mnt/ns
        mnt/pin_mnt /mnt/ns
        list=$(nsenter --mount=/mnt/ns cat /proc/self/mountinfo)
        [[ $list == *" / / "* && $list != *shared:* && $list != *master:* ]]'
}

@test "Both home and the file are opened before anything else" {
    on_stage '
        touch /mnt/ns
        calls=$(strace -e trace=open,openat,unshare mnt/pin_mnt /mnt/ns 2>&1)
        [[ $calls == *openat*/mnt/ns*openat*/proc/self/ns/mnt*unshare* ]]'
}

@test "Who enters a mount namespace is in its root folder afterwards, wherever he was before" {
    run -0 perl -e '
        open(NS, "<", "/proc/1/ns/mnt") or die;
        syscall(272, 0x20000) and die;
        chroot("/usr") && chdir("/bin") or die;
        syscall(308, fileno(NS), 0) and die; exec "/usr/bin/pwd"'
    [ "$output" = / ]
}

@test "A descriptor still leads to the same place" {
    on_stage '
        echo text >/mnt/file
        member --mount
        inside umount /mnt
        [ -z "$(inside ls /mnt)" ]
        [ "$(inside cat /proc/self/fd/9 9</mnt/file)" = text ]'
}

@test "A pin has to be in a namespace that is older than the pinned one, so that no two can hold each other" {
    on_stage '
        mount --make-private /mnt
        touch /mnt/ns
        member --mount
        older=$member
        member --mount
        pin="mount_call /proc/$member/ns/mnt /mnt/ns none $BIND"
        bash -c "$pin"
        nsenter --target "$older" --mount bash -c "$pin"
        fails Invalid inside bash -c "$pin"
        fails Invalid inside bash -c "${pin/$member/$older}"
        fails Invalid inside bash -c "${pin/$member/$$}"'
}

@test "the place has peers or slaves" {
    on_stage '
        touch /mnt/ns
        mount --bind /mnt /media
        fails Invalid mnt/pin_mnt /mnt/ns
        mount --make-slave /media
        fails Invalid mnt/pin_mnt /mnt/ns
        mount --make-private /mnt
        mnt/pin_mnt /mnt/ns'
}

@test "would succeed, and take the pin away everywhere" {
    on_stage '
        mount --make-private /mnt
        touch /mnt/ns
        mnt/pin_mnt /mnt/ns
        fails busy rm /mnt/ns
        unshare --mount rm /mnt/ns
        [ "$(mounts /mnt/ns)" = 0 ]'
}

@test "a bind mount in the new place and an umount in the old one come to the same" {
    on_stage '
        touch /mnt/file
        device=$(mountpoint --fs-devno /mnt)
        mount --bind /mnt /media
        umount /mnt
        [ "$(mounts /mnt) $(mounts /media)" = "0 1" ]
        [ "$(mountpoint --fs-devno /media) $(ls /media)" = "$device file" ]'
}

@test "EBUSY: somebody uses the mount, or a copy that would go with it, in whatever namespace; or something is mounted in a folder of it." {
    on_stage '
        mkdir /mnt/below
        mount -t tmpfs none /mnt/below
        fails busy umount /mnt
        umount /mnt/below
        umount /mnt'
}

@test "take slaves: a stick that is mounted later arrives" {
    on_stage '
        mount -t tmpfs none /run
        ip netns add blue
        for tool in "bwrap --bind / /" "ip netns exec blue"; do
            coproc $tool sh -c "echo; read _; grep -c \" /media \" /proc/self/mountinfo; read _"
            pid=$COPROC_PID from=${COPROC[0]} to=${COPROC[1]}
            read -r _ <&$from
            mount -t tmpfs none /media
            echo >&$to
            read -r count <&$from
            echo >&$to
            wait "$pid"
            umount /media
            [ "$count" = 1 ]
        done'
}

@test "pins a mount namespace as well, by a second process that stays outside" {
    on_stage '
        mount --make-private /mnt
        touch /mnt/ns
        strace -f -e trace=mount -o /mnt/trace unshare --mount=/mnt/ns true
        read -r pinned _ < <(grep /ns/mnt /mnt/trace)
        read -r changed _ < <(grep MS_PRIVATE /mnt/trace)
        [ "$pinned" != "$changed" ]'
}

@test "which is enough for pin_mnt. unshare binds first and changes the propagation after that" {
    on_stage '
        touch /mnt/ns
        mnt/pin_mnt /mnt/ns
        umount /mnt/ns
        fails Invalid strace -f -e trace=mount -o /mnt/trace unshare --mount=/mnt/ns true
        grep /ns/mnt.*EINVAL /mnt/trace
        mount --make-private /mnt
        strace -f -e trace=mount -o /mnt/trace unshare --mount=/mnt/ns true
        [[ $(grep mount /mnt/trace) == */ns/mnt*MS_PRIVATE* ]]'
}

@test "EINVAL: make the mount below private, or bind and unmount." {
    on_stage '
        move="mount_call /mnt /media none 8192"
        fails Invalid bash -c "$move"
        mount --make-private /
        bash -c "$move"
        [ "$(mounts /mnt) $(mounts /media)" = "0 1" ]'
}

@test "EINVAL: / is the folder of a chroot, and no mount; or a mount that is on no list any more." {
    since 6.1
    on_stage '
        mount --rbind / /mnt
        mount --make-rprivate /mnt
        chroot /mnt unshare --mount true
        fails "root filesystem propagation: Invalid argument" perl -e "
            chroot(q(/mnt)) && chdir(q(/)) or die;
            syscall(166, my \$root = q(/), 2) and die qq(umount2: \$!);
            exec qw(unshare --mount true)"'
}

@test "EINVAL: nothing is mounted there, or the mount came with the copy and is locked." {
    on_stage '
        fails "not mounted" unshare --user --map-root-user --mount umount /mnt
        umount /mnt
        fails "not mounted" umount /mnt'
}

@test "explains MNT_DETACH, which is --lazy" {
    on_stage 'strace -e trace=umount2 umount --lazy /mnt'
    [[ $output == *MNT_DETACH* ]]
}

@test "no propagation type makes a slave of it" {
    on_stage '
        mount --make-private /mnt
        unshare --mount --propagation unchanged bash -ec "
            mount --make-slave /mnt
            [ \"$(findmnt --noheadings --output PROPAGATION /mnt)\" = private ]"'
}

@test "A proc asks for a pid namespace that your user namespace owns" {
    local new=(as_reader unshare --map-root-user --mount)
    fails 'permission denied' "${new[@]}" mount -t proc proc /mnt
    run -0 "${new[@]}" --pid --fork mount -t proc proc /mnt
    fails 'permission denied' "${new[@]}" mount -t sysfs sysfs /mnt
    run -0 "${new[@]}" --net mount -t sysfs sysfs /mnt
}
