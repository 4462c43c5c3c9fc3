#!/usr/bin/env bats
# root.bats - sentences of docs/root.rst, put to the kernel
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# make_box: make $box, a small root folder with busybox and some of its names
make_box() {
    export box=$scratch/box
    mkdir -p "$box"/{bin,dev,old,proc}
    cp /lab/busybox "$box/bin"
    local name
    for name in cat readlink sh test; do
        ln -s busybox "$box/bin/$name"
    done
    echo inside >"$box/here"
}

remove_box() {
    rm -r "$box"
}

# go COMMAND [ARG]...: run a command in a chroot that is the box
go() {
    root/enter_folder go "$box" "$@"
}

# change COMMAND [ARG]...: run a command in a mount namespace whose root is the box
change() {
    root/change_root "$box" "$@"
}

# on_box SCRIPT: run lines of bash in the box, where it is a mount and all are private
on_box() {
    make_box
    capture unshare --mount bash -euc \
        'mount --bind "$box" "$box"; cd "$box"; eval "$0"' "$1"
    remove_box
    [ "$status" -eq 0 ] || echo "status $status, stderr: $stderr"
    [ "$status" -eq 0 ]
}

# in_user_ns COMMAND [ARG]...: as root of a new user namespace with mounts of its own
in_user_ns() {
    unshare --map-root-user --mount --pid --fork "$@"
}

export -f in_user_ns

# below_root LAYERS PERL: take so many mounts off / in a copy of the list, which is what
# an init has laid over the initramfs, and run lines of Perl in the root that is then
# there. call NUMBER ARG... makes a system call, and returns how it ended.
below_root() {
    capture unshare --mount perl -e 'my ($layers, $lines) = @ARGV;
        sub call { $! = 0; syscall(shift, @_) == -1 ? "$!" : "ok" }
        ($slash, $dot, $new, $tmpfs, $at, $proc) = qw(/ . new tmpfs proc proc);
        open(OWN, "<", "/proc/self/ns/mnt") or die "open: $!";
        while ($layers--) {
            call(166, $slash, 2) eq "ok" or die "umount2: $!";
            call(308, fileno(OWN), 0x20000) eq "ok" or die "setns: $!";
        }
        eval $lines; die $@ if $@' "$1" "$2"
    [ "$status" -eq 0 ] || echo "status $status, stderr: $stderr"
    [ "$status" -eq 0 ]
}

@test "The process is in the same mount namespace, with the same mounts in it" {
    make_box
    mount -t proc proc "$box/proc"
    run -0 go readlink /proc/self/ns/mnt
    umount "$box/proc"
    remove_box
    [ "$output" = "$(readlink /proc/self/ns/mnt)" ]
}

@test "Going up with .. ends in the root folder of the process" {
    make_box
    run -0 go sh -c 'cd bin; cd ../../..; [ . -ef / ]; cat here'
    remove_box
    [ "$output" = inside ]
}

@test "In a user namespace, root has CAP_SYS_CHROOT as well" {
    run -0 as_reader unshare --map-root-user capsh --has-p=cap_sys_chroot
    run -1 as_reader capsh --has-p=cap_sys_chroot
}

@test "A program that is to stay inside must not be root" {
    make_box
    cp root/leave_chroot "$box/bin"
    run -0 go leave_chroot /dev cat /etc/hostname
    [ "$output" = lab ]
    capture perl -e 'chroot($ARGV[0]) or die; chdir("/"); $( = $) = 65534;
        $< = $> = 65534; exec "leave_chroot", "/dev", "cat", "/etc/hostname"' "$box"
    remove_box
    [[ $stderr == 'leave_chroot: chroot: /dev: Operation not permitted' ]]
}

@test "in a chroot the kernel makes none" {
    make_box
    fails 'Operation not permitted' go busybox unshare -U true
    mount --bind "$box" "$box"
    fails 'Operation not permitted' go busybox unshare -U true
    umount "$box"
    fails 'Operation not permitted' \
        unshare --map-root-user root/enter_folder go "$box" busybox unshare -U true
    remove_box
    run -0 unshare --map-root-user unshare --user true
}

@test "fchdir(2) leads there without any path" {
    make_box
    run -0 perl -e 'opendir(OUT, "/") or die; chroot($ARGV[0]) or die; chdir("/");
        $( = $) = 65534; $< = $> = 65534; chdir(OUT) or die "$!";
        open(NAME, "<", "etc/hostname") or die "$!"; print <NAME>' "$box"
    remove_box
    [ "$output" = lab ]
}

# without_ptrace SCRIPT: lines of bash, as root without CAP_SYS_PTRACE
without_ptrace() {
    setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace bash -c "$1"
}

@test "With CAP_SYS_PTRACE in their user namespace it gets through those of other users, too" {
    make_box
    open_scratch
    mount -t proc proc "$box/proc"
    run -0 go cat /proc/1/root/etc/hostname
    fails 'Permission denied' without_ptrace \
        'exec root/enter_folder go "$box" cat /proc/1/root/etc/hostname'
    fails 'Permission denied' as_reader bash -c 'unshare --map-root-user \
        root/enter_folder go "$box" cat "/proc/$$/root/etc/hostname"; exit $?'
    umount "$box/proc"
    remove_box
}

@test "which has no capability that he has not" {
    make_box
    mount -t proc proc "$box/proc"
    capture without_ptrace \
        'root/enter_folder go "$box" cat "/proc/$$/root/etc/hostname"; exit $?'
    umount "$box/proc"
    remove_box
    [ "$output" = lab ]
}

# moved COMMAND [ARG]...: run lines of the box's shell by a command that makes the box its
# root; they stand in a folder that was moved out of it before they come to "read"
moved() {
    make_box
    mkfifo "$box/here.fifo" "$box/go.fifo"
    mkdir "$box/in"
    "${@:1:$#-1}" sh -c "cd /in; echo >/here.fifo; read -r _ </go.fifo; ${*: -1}" \
        >"$scratch/out" 2>&1 3>&- 4>&- &
    read -r _ <"$box/here.fifo"
    mv "$box/in" "$scratch/in"
    echo >"$box/go.fifo"
    wait $! || :
    output=$(<"$scratch/out")
    rmdir "$scratch/in"
    rm "$scratch/out"
    remove_box
}

@test "whoever stands in that folder comes to the top by .." {
    moved go 'cat ../../../../../../../../etc/hostname'
    [ "$output" = lab ]
}

@test "there is no .. then, and a path that begins so ends in ENOENT" {
    moved change 'cat ../here'
    [ "$output" = "cat: can't open '../here': No such file or directory" ]
}

@test "root has other ways, such as a proc that it mounts itself" {
    make_box
    run -0 unshare --mount perl -e 'chroot($ARGV[0]) && chdir("/") or die "$!";
        syscall(157, 24, 18, 0, 0, 0) == 0 or die "$!"; # no CAP_SYS_CHROOT from exec on
        exec(qw(busybox sh -euc), "busybox mount -t proc proc /proc
            busybox chroot / true 2>/dev/null || echo refused
            cat /proc/1/root/etc/hostname")' "$box"
    remove_box
    [ "$output" = $'refused\nlab' ]
}

@test "which a plain umount refuses to do" {
    on_box 'exec 3</; pivot_root . old; exec 3<&-; bin/busybox umount /old || echo refused
        bin/busybox umount -l /old'
    [ "$output" = refused ]
}

@test "for all processes the call puts the new root where the root folder was the old one, and where the current folder was" {
    on_box 'mount -t proc proc proc
        for folder in / /etc; do
            (cd "$folder"; exec sleep 100) &
            until [ "$(readlink proc/$!/exe)" = /usr/bin/sleep ]; do :; done
            sleepers+=($!)
        done
        pivot_root . old
        for pid in "${sleepers[@]}"; do
            [ "/proc/$pid/root/here" -ef /here ] && echo root moved
            [ "/proc/$pid/cwd/here" -ef /here ] && echo folder moved
        done
        kill "${sleepers[@]}"; wait'
    [ "$output" = $'root moved\nfolder moved\nroot moved' ]
}

@test "To the box, on /tmp, it is not: that is another mount, and shared" {
    make_box
    run -0 unshare --mount bash -euc 'mount --make-rshared /
        exec unshare --mount --propagation unchanged bash -euc "mount --make-private /
            mount --bind $box $box; root/explain_pivot $box $box/old
            mount -t tmpfs new /mnt; root/explain_pivot /mnt /mnt"'
    remove_box
    [ "$output" = 'EINVAL: the mount of OLD is shared
EINVAL: the mount below that of ROOT is shared
pivot_root: Invalid argument
pivot_root: Success' ]
}

@test "mount --make-rprivate / makes all of them private" {
    run -0 unshare --mount bash -euc 'mount --make-rshared /
        grep -c shared: /proc/self/mountinfo; mount --make-rprivate /
        ! grep shared: /proc/self/mountinfo'
    [ "$output" -gt 1 ]
}

@test "Both have the numbers that they had" {
    run -0 root/draw_pivot
    [ "$(grep -o 'mount id [0-9]*' <<<"$output" | sort -u | wc -l)" -eq 2 ]
}

@test "The machine's, whose copy it was, is where it was" {
    on_box 'pivot_root . old; bin/busybox umount -l /old
        bin/busybox test ! -e /etc/hostname && echo gone'
    [[ $output == gone && -e /etc/hostname ]]
}

@test "in a user namespace could not be made" {
    run -0 mknod "$scratch/null" c 1 3
    rm "$scratch/null"
    open_scratch
    fails 'Operation not permitted' \
        as_reader unshare --map-root-user mknod "$scratch/null" c 1 3
}

@test "A bind mount has the options of the mount that it was made from, until another call changes them" {
    mkdir "$scratch/from" "$scratch/to"
    mount -t tmpfs -o nosuid from "$scratch/from"
    run -0 perl -e 'syscall(165, $ARGV[0], $ARGV[1], 0, 4096 | 1, 0) and die "$!"' \
        "$scratch/from" "$scratch/to"
    local first second
    first=$(findmnt --noheadings --output VFS-OPTIONS "$scratch/to")
    mount -o remount,bind,ro "$scratch/to"
    second=$(findmnt --noheadings --output VFS-OPTIONS "$scratch/to")
    umount "$scratch/to" "$scratch/from"
    rmdir "$scratch/from" "$scratch/to"
    [[ ,$first, == *,rw,nosuid,* && ,$second, == *,ro,* ]]
}

@test "For root of a user namespace below the mounts are locked" {
    run -0 unshare --mount bash -c 'mount --bind /dev/null /proc/kcore
        in_user_ns umount /proc/kcore; umount /proc/kcore && echo umounted'
    [ "${lines[-1]}" = umounted ]
    [[ ${lines[0]} == *'not mounted'* ]]
}

@test "in a folder where only its owner may make files" {
    local mode
    for mode in 1777 755; do
        run -0 as_reader unshare --map-root-user --mount sh -euc '
            mount -t tmpfs -o "mode=$0" dev /mnt; : >/mnt/null
            mount --bind /dev/null /mnt/null
            (echo lost >/mnt/null) 2>/dev/null && echo thrown away || echo refused' "$mode"
        found+=("$output")
    done
    [ "${found[*]}" = "refused thrown away" ]
}

@test "The kernel looks for a proc on which no locked mask is" {
    run -0 unshare --mount bash -c 'mount --bind /dev/null /proc/kcore
        in_user_ns mount -t proc proc /mnt 2>/dev/null || echo refused
        mount -t proc proc /media
        in_user_ns mount -t proc proc /mnt && echo mounted'
    [ "$output" = $'refused\nmounted' ]
    run -0 in_user_ns sh -euc 'mount --bind /dev/null /proc/kcore; mount -t proc proc /mnt'
}

@test "Where there is none, it refuses a user namespace a new one" {
    run -0 unshare --mount bash -c 'mount -t tmpfs none /proc/fs
        in_user_ns mount -t proc proc /mnt 2>/dev/null || echo refused
        unshare --pid --fork mount -t proc proc /mnt && echo mounted'
    [ "$output" = $'refused\nmounted' ]
}

@test "One with the option noatime, which a new proc has not, does not count either" {
    run -0 unshare --mount bash -c 'in_user_ns mount -t proc proc /mnt && echo mounted
        mount -o remount,bind,noatime /proc
        in_user_ns mount -t proc proc /mnt 2>/dev/null || echo refused'
    [ "$output" = $'mounted\nrefused' ]
}

@test "give the inner one a bind mount of the outer proc, with the masks on it" {
    run -0 unshare --mount bash -euc 'mount --bind /dev/null /proc/kcore
        in_user_ns mount --bind /proc /mnt 2>/dev/null || echo refused
        in_user_ns sh -euc "mount --rbind /proc /mnt; wc -c </mnt/kcore"'
    [ "$output" = $'refused\n0' ]
}

@test "Where the folder of a chroot is one, pivot_root can work, and one can walk out as before" {
    local -x samples=$PWD/root
    on_box 'mount -t tmpfs new dev; cp "$samples/leave_chroot" bin; cp -r bin dev
        mkdir dev/old; exec "$samples/enter_folder" go "$box" sh -euc "cd dev
            busybox pivot_root . old; busybox umount -l old; test ! -e /here
            exec leave_chroot /old cat /etc/hostname"'
    [ "$output" = lab ]
}

@test "what pivot_root does is not to reach other mount namespaces" {
    on_box 'mount --make-shared "$box"; pivot_root . old 2>&1 || :
        mount --make-private "$box"; mount --make-shared /tmp; pivot_root . old 2>&1 || :'
    [[ ${output//[^$'\n']/} == $'\n' && $output == *'Invalid argument'*'Invalid argument' ]]
}

@test "a mount in question is shared, locked, or of another mount namespace" {
    run -0 unshare --mount bash -c 'mount -t tmpfs none /mnt; mkdir /mnt/old; export pid=$$
        unshare --mount sh -c "cd /proc/$pid/root/mnt && pivot_root . old"
        cd /mnt && pivot_root . old && echo moved'
    [[ $output == *"Invalid argument"*$'\nmoved' ]]
}

@test "An ordinary user may mount an overlay in a user namespace, since Linux 5.11" {
    since 5.11
    open_scratch
    mkdir "$scratch"/{low,top,work,both}
    chown reader "$scratch"/*
    run -0 as_reader unshare --map-root-user --mount mount -t overlay \
        -o "lowerdir=$scratch/low,upperdir=$scratch/top,workdir=$scratch/work,userxattr" \
        none "$scratch/both"
    rm -r "${scratch:?}"/*
}

# an_overlay SCRIPT [OPTION]: lines of the shell in a user namespace of reader's, where an
# overlay was mounted on $scratch/both, and in which the folder "below" has a file
an_overlay() {
    open_scratch
    mkdir -p "$scratch"/{low/below,top,work,both}
    : >"$scratch/low/below/file"
    chown -R reader:reader "$scratch"/*
    capture as_reader unshare --map-root-user --mount sh -euc 'mount -t overlay -o \
        "lowerdir=$0/low,upperdir=$0/top,workdir=$0/work$2" none "$0/both"; cd "$0/both"; eval "$1"' \
        "$scratch" "$1" "${2-}"
    mode=$(stat --format %a "$scratch/work/work")
    rm -r "${scratch:?}"/*
}

@test "With userxattr it takes those that an owner may set" {
    since 6.6
    an_overlay 'rm -r below; mkdir below; ls below' ,userxattr
    [[ $status -eq 0 && -z $output ]]
    an_overlay 'rm -r below; mkdir below'
    [ "$status" -ne 0 ]
}

@test "the overlay has left a folder in /tmp/work that even its owner may not open" {
    since 5.11
    an_overlay 'echo changed >notes' ,userxattr
    [ "$mode" = 0 ]
}

@test "fchroot makes the folder of a descriptor the root" {
    since 7.3
    make_box
    run -0 perl -e 'opendir(BOX, $ARGV[0]) or die; syscall(472, fileno(BOX), 0) == 0
        or die "$!"; open(HERE, "<", "/here") or die "$!"; print <HERE>' "$box"
    remove_box
    [ "$output" = inside ]
}

@test "a root in which every path ends in EOPNOTSUPP" {
    since 7.3
    run -0 perl -e 'syscall(472, -10004, 0) == 0 or die "$!";
        for (qw(/ /. /etc/hostname /none)) { -e $_ and die; print 0 + $!, "\n" }
        open(NAME, "<", "/etc/hostname") and die; print 0 + $!, "\n"'
    [ "$(sort -u <<<"$output")" = 95 ]
}

@test "with no_new_privs set, they need no capability for it" {
    since 7.3
    local leave='syscall(472, -10004, 0) == 0 or die "$!"'
    fails 'Operation not permitted' as_reader perl -e "$leave"
    as_reader setpriv --no-new-privs perl -e "$leave"
}

@test "the current folder and descriptors stay as they are" {
    since 7.3
    run -0 perl -e 'opendir(ETC, "/etc") or die; chdir("/proc") or die;
        syscall(472, -10004, 0) == 0 or die "$!"; -e "self/stat" or die "$!";
        chdir(ETC) or die "$!"; open(NAME, "<", "hostname") or die "$!"; print <NAME>'
    [ "$output" = lab ]
}

@test "an older kernel takes it for a proc that shows all, and then gives a user namespace a new one that does" {
    run -0 unshare --mount bash -c 'umount --lazy /proc
        mount -t proc -o subset=pid proc /proc
        in_user_ns mount -t proc proc /mnt 2>/dev/null && echo mounted; true'
    if at_least 7.2; then
        [ -z "$output" ]
    else
        [ "$output" = mounted ]
    fi
}

@test "such a proc has the processes, with self and thread-self, and no other file" {
    run -0 unshare --pid --fork --mount sh -c 'mount -t proc -o subset=pid proc /mnt
        exec ls -A /mnt'
    [ "$output" = $'1\nself\nthread-self' ]
}

@test "a user namespace gets such a one even where the other proc is masked" {
    since 7.2
    run -0 unshare --mount bash -c 'mount -t tmpfs none /proc/fs
        in_user_ns mount -t proc proc /mnt 2>/dev/null || echo refused
        in_user_ns mount -t proc -o subset=pid proc /mnt && echo mounted'
    [ "$output" = $'refused\nmounted' ]
}

@test "root of the machine changes the machine there" {
    local file=kernel/mm/ksm/sleep_millisecs before
    read -r before <"/sys/$file"
    run -0 unshare --mount --net sh -c 'mount -t sysfs sysfs /mnt; echo 4321 >"/mnt/$0"' \
        "$file"
    run -0 cat "/sys/$file"
    echo "$before" >"/sys/$file"
    [ "$output" = 4321 ]
}

@test "A /sys that is read-only would be one, too" {
    run -0 unshare --mount bash -c '
        sysfs() { unshare --map-root-user --mount --net mount -t sysfs sysfs /mnt; }
        sysfs && echo mounted
        mount -o remount,bind,ro /sys; sysfs 2>/dev/null || echo refused'
    [ "$output" = $'mounted\nrefused' ]
}

@test "that folder is always empty" {
    run -0 unshare --mount bash -c 'umount /sys/fs/cgroup; ls -A /sys/fs/cgroup
        mkdir /sys/fs/cgroup/new 2>/dev/null || echo refused'
    [ "$output" = refused ]
}

@test "The merged root folder has the owner of /tmp/top" {
    open_scratch
    mkdir "$scratch"/{low,top,work,both}
    chown reader "$scratch/top"
    run -0 unshare --mount bash -euc 'cd "$0"
        mount -t overlay -o lowerdir=low,upperdir=top,workdir=work none both
        stat --format %U low both' "$scratch"
    rm -r "${scratch:?}"/*
    [ "$output" = $'root\nreader' ]
}

@test "What lies below may be a mount that nobody can write to" {
    open_scratch
    mkdir "$scratch"/{low,top,work,both}
    echo below >"$scratch/low/file"
    run -0 unshare --mount bash -euc 'cd "$0"; mount -o bind,ro low low
        touch low/file 2>/dev/null || echo refused
        mount -t overlay -o lowerdir=low,upperdir=top,workdir=work none both
        echo above >both/file; cat low/file both/file' "$scratch"
    rm -r "${scratch:?}"/*
    [ "$output" = $'refused\nbelow\nabove' ]
}

@test "/ is a mount with no other below, and pivot_root fails with EINVAL" {
    below_root 1 'mkdir $at; call(165, $proc, $at, $proc, 0, 0) eq "ok" or die "$!";
        open(LIST, "<", "proc/self/mountinfo") or die "$!"; ($_) = <LIST>;
        mkdir $new; call(165, $tmpfs, $new, $tmpfs, 0, 0) eq "ok" or die "$!";
        chdir $new; $said = call(155, $dot, $dot); chdir "/";
        call(166, $new, 2); rmdir $new; call(166, $at, 2);
        /^(\d+) (\d+) \S+ \/ \/ .* - rootfs/ or die "no initramfs: $_";
        print $1 == $2 ? "alone" : "above", " $said\n"'
    if at_least 7.0; then
        [ "$output" = 'above ok' ]
    else
        [ "$output" = 'alone Invalid argument' ]
    fi
}

@test "there is one below, on which nothing can be made" {
    since 7.0
    below_root 2 'opendir(HERE, "/") or die "$!"; print join(" ", sort readdir HERE), "\n";
        mkdir "/new" or print "no folder\n"; open(NEW, ">", "/new") or print "no file\n"'
    [ "$output" = $'. ..\nno folder\nno file' ]
}
