#!/usr/bin/env bats
# failures.bats - causes and remedies of docs/failures.rst, put to the kernel
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# only CAPS COMMAND: run by root with these capabilities, without CAPS: with all others
only() {
    local caps="-all,+${1//,/,+}"
    setpriv --inh-caps="$caps" --bounding-set="$caps" "${@:2}"
}
without() {
    local caps="-${1//,/,-}"
    setpriv --inh-caps="$caps" --bounding-set="$caps" "${@:2}"
}

# readers_member OPTION...: as member does, by an ordinary user
readers_member() {
    setpriv --reuid=reader --regid=reader --clear-groups -- \
        unshare "$@" sleep 1000 3>&- 4>&- &
    member=$!
    becomes sleep "$member"
}

# put FILE TEXT: a program that writes it in one call
put=(perl -e 'open(F, ">", shift) or die "open: $!\n"; syswrite(F, shift) // die "write: $!\n"')

# is_map LINE TEXT: the text is this line of a map, as the kernel sets it in columns
is_map() {
    local inside outside count
    read -r inside outside count <<<"$2"
    [ "$inside $outside $count" = "$1" ]
}

# dumpable: print whether the process is, by PR_GET_DUMPABLE
dumpable='print 0 + syscall(157, 3); '

# tree, fell: make a folder that a program can run in, and undo it
tree() {
    mkdir -p "$scratch"/tree/{usr,proc}
    ln -s usr/bin usr/sbin usr/lib usr/lib64 "$scratch/tree"
    mount --bind /usr "$scratch/tree/usr"
    mount --bind /proc "$scratch/tree/proc"
}
fell() {
    umount "$scratch"/tree/{usr,proc} && rm -r "$scratch/tree"
}

# tmpfs, no_tmpfs: mount one on $scratch/m, and undo it
tmpfs() {
    mkdir "$scratch/m"
    mount -t tmpfs none "$scratch/m"
}
no_tmpfs() {
    umount "$scratch/m"
    rmdir "$scratch/m"
}

# user namespaces and their maps

@test "Write from a shell outside" {
    readers_member --user
    as_reader bash -c "echo 0 1000 1 >/proc/$member/uid_map"
    is_map '0 1000 1' "$(<"/proc/$member/uid_map")"
    end "$member"
}

@test "Without privilege a map holds one id, and outside that is the writer's own" {
    local line
    readers_member --user
    for line in '0 1001 1' '0 1000 2' '0 0 1' '0 100000 1'; do
        fails 'not permitted' as_reader bash -c "echo $line >/proc/$member/uid_map"
    done
    as_reader bash -c "echo 7 1000 1 >/proc/$member/uid_map"
    end "$member"
}

@test "a process of the parent that has CAP_SETUID, and is the creator or has CAP_SYS_ADMIN over the new namespace" {
    readers_member --user
    fails 'not permitted' only setuid,dac_override "${put[@]}" "/proc/$member/uid_map" '0 5 9'
    fails 'not permitted' only sys_admin,dac_override "${put[@]}" "/proc/$member/uid_map" '0 5 9'
    only setuid,sys_admin,dac_override "${put[@]}" "/proc/$member/uid_map" '0 5 9'
    end "$member"
    readers_member --user
    setpriv --reuid=reader --regid=reader --clear-groups --inh-caps=+setuid \
        --ambient-caps=+setuid bash -c "echo 0 5 9 >/proc/$member/uid_map"
    end "$member"
}

@test "A map is written once, and there is one" {
    readers_member --user
    "${put[@]}" "/proc/$member/uid_map" '0 1000 1'
    fails 'not permitted' "${put[@]}" "/proc/$member/uid_map" '0 1000 1'
    fails 'not permitted' "${put[@]}" "/proc/$member/uid_map" '1 100000 9'
    end "$member"
}

@test "The map has the 0 of outside, and who wrote it inside did not have CAP_SETFCAP when it created the user namespace" {
    fails 'not permitted' without setfcap unshare --map-root-user true
    as_reader unshare --map-root-user unshare --map-root-user true
    fails 'not permitted' as_reader unshare --map-root-user setpriv \
        --inh-caps=-setfcap --bounding-set=-setfcap unshare --map-root-user true
}

@test "or who wrote it outside has not got it" {
    member --user
    fails 'not permitted' without setfcap "${put[@]}" "/proc/$member/uid_map" '0 0 1'
    "${put[@]}" "/proc/$member/uid_map" '0 0 1'
    end "$member"
}

@test "or map another id of outside than 0" {
    member --user
    without setfcap "${put[@]}" "/proc/$member/uid_map" '0 5 1'
    end "$member"
}

@test "A line of the map does not have three numbers, or the third is 0" {
    local line
    readers_member --user
    for line in '0 1000' '0 1000 0' '0 1000 1 1' 'x 1000 1' $'0 1000 1\n1 5'; do
        fails 'Invalid argument' "${put[@]}" "/proc/$member/uid_map" "$line"
    done
    "${put[@]}" "/proc/$member/uid_map" '0 1000 1'
    end "$member"
}

@test "Two lines of the map overlap, inside or outside" {
    readers_member --user
    fails 'Invalid argument' "${put[@]}" "/proc/$member/uid_map" $'0 1000 6\n5 2000 1'
    fails 'Invalid argument' "${put[@]}" "/proc/$member/uid_map" $'0 1000 6\n6 1005 1'
    "${put[@]}" "/proc/$member/uid_map" $'0 1000 6\n6 1006 1'
    end "$member"
}

@test "it has more than 340 lines, or as much text as a page of memory, 4096 bytes, or more" {
    local lines text
    lines=$(for id in {0..339}; do echo "$id $id 1"; done)
    printf -v text '%4095s' '0 1000 1'
    readers_member --user
    fails 'Invalid argument' "${put[@]}" "/proc/$member/uid_map" "$lines"$'\n340 340 1'
    "${put[@]}" "/proc/$member/uid_map" "$lines"
    fails 'Invalid argument' "${put[@]}" "/proc/$member/gid_map" " $text"
    "${put[@]}" "/proc/$member/gid_map" "$text"
    end "$member"
}

@test "written in the ids of whoever opens the file, in those of the parent where that is the user namespace itself" {
    run -0 as_reader unshare --map-root-user bash -c \
        'cat /proc/self/uid_map; unshare --user --map-user 7 cat /proc/$$/uid_map; :'
    is_map '0 1000 1' "${lines[0]}"
    is_map '0 7 1' "${lines[1]}"
}

@test "does not print 0 0 4294967295" {
    is_map '0 0 4294967295' "$(</proc/self/uid_map)"
    run -0 as_reader cat /proc/self/uid_map
    is_map '0 0 4294967295' "$output"
    run -0 as_reader unshare --user cat /proc/self/uid_map
    [ -z "$output" ]
}

@test "and that is for good, in this user namespace and in those within it" {
    readers_member --map-root-user
    fails 'not permitted' "${put[@]}" "/proc/$member/setgroups" allow
    end "$member"
    run -0 as_reader unshare --map-root-user unshare --user cat /proc/self/setgroups
    [ "$output" = deny ]
}

@test "Who maps a group without privilege has to give up setgroups first" {
    readers_member --user
    fails 'not permitted' as_reader bash -c "echo 0 1000 1 >/proc/$member/gid_map"
    "${put[@]}" "/proc/$member/gid_map" '0 1000 1'
    [ "$(<"/proc/$member/setgroups")" = allow ]
    end "$member"
}

@test "or map the caller's own id to 0" {
    local map shell
    open_scratch
    mkfifo -m 666 "$scratch/go"
    for map in $'0 200000 5\n5 1000 1' '0 1000 1'; do
        setpriv --reuid=reader --regid=reader --clear-groups unshare --user \
            sh -c 'read -r _ <"$0"; setpriv --reuid 0 id -u' "$scratch/go" \
            >>"$BATS_FILE_TMPDIR/id" 2>&1 &
        shell=$!
        becomes sh "$shell"
        "${put[@]}" "/proc/$shell/uid_map" "$map"
        echo >"$scratch/go"
        wait "$shell" || :
    done
    rm "$scratch/go"
    [[ $(<"$BATS_FILE_TMPDIR/id") == *'not permitted'$'\n0' ]]
}

@test "Write a longer map, or take an id that is in it" {
    fails 'Invalid argument' as_reader unshare --map-root-user setpriv --reuid 1 true
    run -0 as_reader unshare --map-auto --map-root-user setpriv --reuid 1 id -u
    [ "$output" = 1 ]
}

@test "must have a number in the one that it is in, as user and as group" {
    local user='echo 0 1000 1 >/proc/self/uid_map; ' enter='exec unshare --user true'
    local group='echo deny >/proc/self/setgroups; echo 0 1000 1 >/proc/self/gid_map; '
    fails 'not permitted' as_reader unshare --user --keep-caps bash -c "$user$enter"
    fails 'not permitted' as_reader unshare --user --keep-caps bash -c "$group$enter"
    as_reader unshare --user --keep-caps bash -c "$user$group$enter"
}

# who may create a namespace

@test "All types but user ask for CAP_SYS_ADMIN in the user namespace that one is in" {
    local type
    for type in cgroup ipc mount net pid time uts; do
        only sys_admin unshare "--$type" true
        fails 'not permitted' without sys_admin unshare "--$type" true
    done
    without sys_admin unshare --user true
    as_reader unshare --map-root-user unshare --net true
}

@test "a switch that leaves user namespaces to root" {
    sysctl --quiet kernel.unprivileged_userns_clone=0
    run as_reader unshare --user echo reader
    capture unshare --user echo root
    sysctl --quiet kernel.unprivileged_userns_clone=1
    [[ ${lines[*]} == *'not permitted' && $(<"$BATS_FILE_TMPDIR/.out") = root ]]
}

@test "Have an administrator set it with sysctl kernel.unprivileged_userns_clone=1" {
    sysctl --quiet kernel.unprivileged_userns_clone=0
    capture as_reader unshare --user true
    sysctl --quiet kernel.unprivileged_userns_clone=1
    [ "$status" -ne 0 ]
    as_reader unshare --user true
}

@test "There nobody may create a user namespace, root included; the other types root may" {
    local type
    tree
    fails 'not permitted' chroot "$scratch/tree" unshare --user true
    for type in cgroup ipc net pid time uts; do
        chroot "$scratch/tree" unshare "--$type" true
    done
    chroot "$scratch/tree" unshare --mount --propagation unchanged true
    fell
}

@test "the root is another folder than that of process 1" {
    test / -ef /proc/1/root
    tree
    run -1 chroot "$scratch/tree" test / -ef /proc/1/root
    fell
}

@test "You must be root to ask" {
    run -1 as_reader test / -ef /proc/1/root
}

@test "Create it before chroot, or change the root with pivot_root, as containers do" {
    tree
    run -0 unshare --map-root-user chroot "$scratch/tree" readlink /proc/self/ns/user
    [ "$output" != "$(readlink /proc/self/ns/user)" ]
    unshare --mount sh -c 'mount --rbind "$0" "$0"; cd "$0"; pivot_root . .; umount --lazy .
        exec unshare --user true' "$scratch/tree"
    fell
}

@test "Make a mount of the folder before chroot" {
    tree
    fails 'Invalid argument' chroot "$scratch/tree" unshare --mount true
    mount --rbind "$scratch/tree" "$scratch/tree"
    mount --make-rprivate "$scratch/tree"
    chroot "$scratch/tree" unshare --mount true
    umount --lazy "$scratch/tree"
    fell
}

@test "Newer kernels refuse a mount that is on no list any more, too" {
    since 6.1
    mkdir "$scratch/tree"
    mount --rbind / "$scratch/tree"
    mount --make-rprivate "$scratch/tree"
    capture chroot "$scratch/tree" unshare --mount true
    [ "$status" = 0 ]
    fails 'root filesystem propagation: Invalid argument' perl -e '
        chroot($ARGV[0]) && chdir("/") or die;
        syscall(166, my $root = "/", 2) and die "umount2: $!\n";
        exec "unshare", "--mount", "true"' "$scratch/tree"
    rmdir "$scratch/tree"
}

@test "or ls /proc prints nothing, for what was mounted below is gone" {
    mkdir "$scratch/tree"
    mount --rbind / "$scratch/tree"
    mount --make-rprivate "$scratch/tree"
    [ -n "$(chroot "$scratch/tree" ls /proc)" ]
    run -0 perl -e 'chroot($ARGV[0]) && chdir("/") or die;
        syscall(166, my $root = "/", 2) and die "umount2: $!\n";
        exec "unshare", "--mount", "--propagation", "unchanged", "ls", "/proc"' \
        "$scratch/tree"
    [ -z "$output" ]
    rmdir "$scratch/tree"
}

@test "before the first thread begins, or in a child" {
    cat >"$scratch/threads.c" <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
static void *wait_here(void *nothing) { pause(); return nothing; }
static void attempt(const char *user) /* EINVAL or not */
{
    printf("%d %d\n", unshare(CLONE_NEWUSER), setns(open(user, O_RDONLY), CLONE_NEWUSER));
    fflush(stdout);
}
static void in_child(const char *user)
{
    if (fork() == 0) {
        attempt(user);
        _exit(0);
    }
    wait(NULL);
}
int main(int argc, char *argv[])
{
    pthread_t thread;
    in_child(argv[1]); /* it has no thread yet */
    pthread_create(&thread, NULL, wait_here, NULL);
    in_child(argv[1]);
    attempt(argv[1]);
    return argc - argc;
}
END
    cc -o "$scratch/threads" "$scratch/threads.c"
    run -0 "$scratch/threads" /proc/self/ns/user
    rm "$scratch"/threads*
    [ "$output" = $'0 -1\n0 -1\n-1 -1' ]
}

@test "A limit for namespaces of that type is reached, in this user namespace or in one around it" {
    local none='echo 0 >/proc/sys/user/max_net_namespaces; '
    fails 'No space left' as_reader unshare --map-root-user sh -c "$none unshare --net true"
    fails 'No space left' as_reader unshare --map-root-user sh -c \
        "$none unshare --map-root-user unshare --net true"
}

@test "each type has its own" {
    run -0 as_reader unshare --map-root-user sh -c \
        'echo 0 >/proc/sys/user/max_net_namespaces; unshare --uts ls /proc/sys/user'
    [ "$(grep -c '^max_.*_namespaces$' <<<"$output")" = 8 ]
}

@test "Set it higher, or find who keeps namespaces alive" {
    as_reader unshare --map-root-user sh -c 'cd /proc/sys/user; echo 0 >max_net_namespaces
        ! unshare --net true 2>/dev/null; echo 1 >max_net_namespaces; unshare --net true'
}

# newuidmap

@test "Map before it is set" {
    fails 'not permitted' as_reader setpriv --no-new-privs unshare --map-auto --map-root-user true
    as_reader unshare --map-auto --map-root-user setpriv --no-new-privs true
}

@test "or remount that one with suid" {
    mount --bind /usr/bin/newuidmap /usr/bin/newuidmap
    mount -o remount,bind,nosuid /usr/bin/newuidmap
    capture as_reader unshare --map-auto --map-root-user true
    mount -o remount,bind,suid /usr/bin/newuidmap
    run -0 as_reader unshare --map-auto --map-root-user true
    umount /usr/bin/newuidmap
    [[ $stderr == *'not permitted'* ]]
}

@test "The process belongs to another user or group than the one that calls newuidmap" {
    setpriv --reuid=reader --regid=games --clear-groups unshare --user sleep 1000 3>&- 4>&- &
    becomes sleep "$!"
    fails 'owned by a different user' as_reader newuidmap "$!" 0 1000 1
    end "$!"
    readers_member --user
    as_reader newuidmap "$member" 0 1000 1
    end "$member"
}

@test "Give the number that the process has in the pid namespace of /proc" {
    setpriv --reuid=reader --regid=reader --clear-groups unshare --user --pid --fork \
        sleep 1000 3>&- 4>&- &
    becomes unshare "$!"
    member=''
    until [ -n "$member" ]; do
        read -r member <"/proc/$!/task/$!/children" || :
    done
    fails 'different user' as_reader newuidmap 1 0 1000 1
    as_reader newuidmap "$member" 0 1000 1
    kill -KILL "$member"
    wait "$!" || :
}

@test "or it is mounted with hidepid, and newuidmap has no CAP_SYS_PTRACE" {
    local reader='setpriv --reuid=reader --regid=reader --clear-groups' ask='newuidmap 1 0 1000 1; :'
    local hide='mount -o remount,hidepid=2 /proc'
    run -0 unshare --pid --fork --mount-proc sh -c "$hide; $reader $ask"
    [[ $output == *'different user'* ]]
    run -0 unshare --pid --fork --mount-proc sh -c "$hide; $reader --bounding-set=-sys_ptrace $ask"
    [[ $output == *'Could not open proc directory'* ]]
    run -0 unshare --pid --fork --mount-proc sh -c "$reader --bounding-set=-sys_ptrace $ask"
    [[ $output == *'different user'* ]]
}

@test "Ask for fewer ids, or have an administrator enter more" {
    local file
    fails 'not allowed' as_reader user/map_range 300000 5 true
    for file in subuid subgid; do
        cp "/etc/$file" "$BATS_FILE_TMPDIR"
        echo reader:300000:5 >>"/etc/$file"
    done
    capture as_reader user/map_range 300000 5 echo mapped
    cp "$BATS_FILE_TMPDIR/subuid" "$BATS_FILE_TMPDIR/subgid" /etc
    [ "$output" = mapped ]
}

# what a process of another user, or of more capabilities, shows

@test "The process has changed its effective ids since its last exec, so it is not dumpable, unless fs.suid_dumpable is 1" {
    local before
    read -r before </proc/sys/fs/suid_dumpable
    sysctl --quiet fs.suid_dumpable=0
    run -0 perl -e '$< = 1000; '"$dumpable"'$> = 1000; '"$dumpable"
    sysctl --quiet fs.suid_dumpable=1
    capture perl -e '$> = 1000; '"$dumpable"
    sysctl --quiet "fs.suid_dumpable=$before"
    [ "${lines[0]}" = 10 ]
    [ "$(<"$BATS_FILE_TMPDIR/.out")" = 1 ]
}

@test "setresuid changes them, too" {
    run -0 perl -e 'syscall(117, 1000, 1000, 1000) and die; '"$dumpable"
    [ "$output" != 1 ]
}

@test "Execute again, or set PR_SET_DUMPABLE" {
    run -0 perl -e '$) = $( = 1000; $> = $< = 1000; exec "perl", "-e", shift' "$dumpable"
    [ "$output" = 1 ]
    run -0 perl -e '$> = 1000; syscall(157, 4, 1) and die; '"$dumpable"
    [ "$output" = 1 ]
}

@test "a set-user-ID or set-group-ID bit that counted, so its process is not dumpable" {
    local mode
    open_scratch
    cp user/map_self "$scratch"
    for mode in 755:root:root 2755:root:reader 4755:reader:root; do
        chown "${mode#*:}" "$scratch/map_self"
        chmod "${mode%%:*}" "$scratch/map_self"
        as_reader "$scratch/map_self" true
    done
    for mode in 2755:reader:games 4755:games:reader; do
        chown "${mode#*:}" "$scratch/map_self"
        chmod "${mode%%:*}" "$scratch/map_self"
        fails 'Permission denied' as_reader "$scratch/map_self" true
    done
    rm "$scratch/map_self"
}

@test "that asks for the same user, group and user namespace, no more capabilities than one has oneself, and a process that is dumpable; or for CAP_SYS_PTRACE in its user namespace" {
    setpriv --reuid=reader --regid=reader --clear-groups sleep 1000 3>&- 4>&- &
    becomes sleep "$!"
    as_reader readlink "/proc/$!/ns/net"
    run -1 as_reader unshare --map-root-user readlink "/proc/$!/ns/net"
    run -1 setpriv --reuid=reader --regid=games --clear-groups readlink "/proc/$!/ns/net"
    run -1 only net_raw readlink "/proc/$!/ns/net"
    only sys_ptrace readlink "/proc/$!/ns/net"
    end "$!"
    run -1 as_reader perl -e 'syscall(157, 4, 0) and die; exit(system("readlink", "/proc/$$/ns/net") >> 8)'
    run -0 perl -e 'syscall(157, 4, 0) and die; exit(system("readlink", "/proc/$$/ns/net") >> 8)'
    setpriv --reuid=reader --regid=reader --clear-groups --inh-caps=+net_raw \
        --ambient-caps=+net_raw sleep 1000 3>&- 4>&- &
    becomes sleep "$!"
    run -1 as_reader readlink "/proc/$!/ns/net"
    end "$!"
}

@test "If not, the process has more capabilities, or is in another user namespace" {
    setpriv --reuid=reader --regid=reader --clear-groups --inh-caps=+net_raw \
        --ambient-caps=+net_raw sleep 1000 3>&- 4>&- &
    becomes sleep "$!"
    run -1 as_reader sh -c 'stat --format "%U %G" "$0"; readlink "$0/net"' "/proc/$!/ns"
    end "$!"
    [ "$output" = 'reader reader' ]
    setpriv --reuid=reader --regid=reader --clear-groups sleep 1000 3>&- 4>&- &
    becomes sleep "$!"
    run -1 as_reader unshare --map-root-user sh -c 'stat --format "%U %G" "$0"; readlink "$0/net"' "/proc/$!/ns"
    end "$!"
    [ "$output" = 'root root' ]
}

@test "The path leads through the root of a process that has more capabilities, which takes CAP_SYS_PTRACE" {
    only sys_ptrace ls -d /proc/1/root/proc
    fails 'Permission denied' without sys_ptrace ls -d /proc/1/root/proc
}

@test "Make it an ordinary user, and root of a user namespace" {
    local write='echo paper >/proc/sys/kernel/hostname; uname -n'
    run -0 as_reader unshare --map-root-user --uts sh -c "$write"
    [ "${lines[-1]}" = lab ]
    run -0 unshare --map-root-user --uts sh -c "$write"
    [ "$output" = paper ]
}

@test "Call sethostname, as hostname does: it writes no file" {
    run -0 unshare --uts --mount sh -c \
        'mount --bind -o ro /proc/sys /proc/sys; hostname paper; uname -n'
    [ "$output" = paper ]
}

@test "The process is another user's, by the kernel's numbers, and not in the user namespace" {
    setpriv --reuid=reader --regid=reader --clear-groups unshare --map-auto --map-root-user \
        setpriv --reuid 5 --regid 5 --clear-groups sleep 1000 3>&- 4>&- &
    becomes sleep "$!"
    fails 'not permitted' as_reader unshare --map-root-user kill -s 0 "$!"
    end "$!"
}

@test "Signal it as its user, or as root of its user namespace" {
    setpriv --reuid=reader --regid=reader --clear-groups unshare --map-auto --map-root-user \
        setpriv --reuid 5 --regid 5 --clear-groups sleep 1000 3>&- 4>&- &
    becomes sleep "$!"
    as_reader nsenter --target "$!" --user --preserve-credentials kill -s 0 "$!"
    setpriv --reuid "$(stat --format %u "/proc/$!")" --clear-groups kill -s 0 "$!"
    fails 'not permitted' setpriv --reuid games --clear-groups kill -s 0 "$!"
    end "$!"
}

@test "Have its owner or root outside allow it" {
    open_scratch
    install --mode 600 /etc/hostname "$scratch/file"
    fails 'Permission denied' as_reader unshare --map-root-user cat "$scratch/file"
    chmod o+r "$scratch/file"
    as_reader unshare --map-root-user cat "$scratch/file"
    rm "$scratch/file"
}

@test "has no number in the user namespace, so that CAP_DAC_OVERRIDE does not count for it" {
    local owner
    open_scratch
    install --mode 600 /etc/hostname "$scratch/file"
    for owner in 100005:0 0:100005; do
        chown "$owner" "$scratch/file"
        fails 'Permission denied' as_reader unshare --map-auto --map-root-user cat "$scratch/file"
    done
    chown 100005:100005 "$scratch/file"
    as_reader unshare --map-auto --map-root-user cat "$scratch/file"
    rm "$scratch/file"
}

@test "The owner or the group of the file has no number in the user namespace, so the bit is ignored" {
    local owner
    open_scratch
    cp /usr/bin/id "$scratch/id"
    for owner in 100005:0 0:100005 100005:100005; do
        chown "$owner" "$scratch/id"
        chmod 4755 "$scratch/id"
        as_reader unshare --map-auto --map-root-user "$scratch/id" -u
    done >"$BATS_FILE_TMPDIR/ids"
    rm "$scratch/id"
    [[ $(<"$BATS_FILE_TMPDIR/ids") =~ ^$'0\n0\n'[1-9] ]]
}

@test "Take a folder of an owner who is in the map" {
    open_scratch
    install --directory --owner reader --mode 700 "$scratch/mine"
    as_reader user/map_self touch "$scratch/mine/new"
    rm -r "$scratch/mine"
}

@test "or leave the owner out: tar --no-same-owner, cp --preserve=mode,timestamps" {
    open_scratch
    install --owner 5 --group 5 /etc/hostname "$scratch/theirs"
    tar -C "$scratch" -cf "$scratch/theirs.tar" theirs
    fails 'Invalid argument' as_reader unshare --map-root-user cp -a "$scratch/theirs" "$scratch/copy"
    as_reader unshare --map-root-user cp --preserve=mode,timestamps "$scratch/theirs" "$scratch/copy"
    as_reader mkdir "$scratch/new"
    as_reader unshare --map-root-user tar -C "$scratch/new" --no-same-owner -xf "$scratch/theirs.tar"
    rm -r "$scratch"/{theirs,theirs.tar,copy,new}
}

@test "or leave the list out: cp --no-preserve=mode" {
    open_scratch
    install --owner reader --group reader /etc/hostname "$scratch/mine"
    # the list of "setfacl --modify g:5:r": tag, permissions and id
    perl -e 'my ($name, $acl) = ("system.posix_acl_access", pack("V(vvV)*", 2,
        1, 6, -1, 4, 4, -1, 8, 4, 5, 16, 4, -1, 32, 4, -1));
        syscall(188, $ARGV[0], $name, $acl, length($acl), 0) and die "$!\n"' "$scratch/mine"
    fails 'preserving permissions' as_reader unshare --map-root-user cp -a "$scratch/mine" "$scratch/copy"
    as_reader unshare --map-root-user cp -a --no-preserve=mode "$scratch/mine" "$scratch/other"
    rm "$scratch"/{mine,copy,other}
}

@test "nor has anybody, in one of one's own, who was executed before there was a map" {
    fails 'must be root' as_reader unshare --user --uts hostname paper
    as_reader unshare --user --keep-caps --uts hostname paper
    as_reader unshare --user --map-root-user --uts hostname paper
}

@test "Give the shell another HOME, or none of its files: bash --norc" {
    install --directory --owner reader --mode 700 "$scratch/theirs"
    echo : >"$scratch/theirs/.bashrc"
    open_scratch
    capture setpriv --reuid 1001 --regid 1001 --clear-groups env HOME="$scratch/theirs" bash -ic :
    [[ $stderr == *.bashrc* ]]
    capture setpriv --reuid 1001 --regid 1001 --clear-groups env HOME="$scratch/theirs" bash --norc -ic :
    [[ $stderr != *.bashrc* ]]
    capture setpriv --reuid 1001 --regid 1001 --clear-groups env HOME=/ bash -ic :
    [[ $stderr != *.bashrc* ]]
    rm -r "$scratch/theirs"
}

# root inside

@test "A device file asks for CAP_MKNOD in the first user namespace" {
    only mknod mknod "$scratch/null" c 1 3
    rm "$scratch/null"
    fails 'not permitted' without mknod mknod "$scratch/null" c 1 3
    fails 'not permitted' unshare --map-root-user mknod "$scratch/null" c 1 3
}

@test "Bind the machine's device file to a file inside" {
    as_reader unshare --map-root-user --mount sh -c 'mount -t tmpfs none /mnt
        mkdir /mnt/dev; touch /mnt/dev/null
        mount --bind /dev/null /mnt/dev/null; echo text >/mnt/dev/null'
}

@test "All namespaces have the same time of day, and to set it asks for CAP_SYS_TIME in the first user namespace" {
    local inside outside
    inside=$(unshare --time --fork --monotonic=1000000 --boottime=1000000 date +%s)
    outside=$(date +%s)
    [ $((inside - outside)) -lt 1000 ]
    only sys_time sh -c 'date --set "@$(date +%s.%N)"'
    fails 'cannot set' without sys_time sh -c 'date --set "@$(date +%s.%N)"'
    fails 'cannot set' unshare --map-root-user sh -c 'date --set "@$(date +%s.%N)"'
}

@test "CAP_NET_ADMIN counts in the user namespace that owns the net namespace" {
    as_reader unshare --map-root-user --net ip link set lo up
    fails 'not permitted' as_reader unshare --map-root-user --net unshare --map-root-user ip link set lo up
    fails 'not permitted' as_reader unshare --map-root-user ip link set lo down
}

@test "In a new net namespace even lo is down, and no device leads out" {
    run -0 ./unshare ip -brief link
    [[ ${#lines[@]} -eq 1 && $output == 'lo '*'DOWN '* ]]
    fails 'unreachable' ./unshare ip route get 192.0.2.7
}

# to enter

@test "You have it there once you have entered that user namespace" {
    readers_member --user
    run -0 as_reader perl -e 'open(F, "<", shift) or die; syscall(308, fileno(F), 0) and die "$!\n";
        open(S, "<", "/proc/self/status"); print grep /CapEff/, <S>' "/proc/$member/ns/user"
    end "$member"
    [[ $output =~ ^CapEff:.0+1?f+$ ]]
}

@test "the way out of a user namespace is closed" {
    fails 'not permitted' unshare --map-root-user nsenter --target 1 --user true
    fails 'not permitted' unshare --map-root-user nsenter --target 1 --net true
}

@test "To enter what is no user namespace asks for CAP_SYS_ADMIN in your own user namespace and in the one that owns what you enter" {
    readers_member --map-root-user --net
    fails 'not permitted' as_reader nsenter --target "$member" --net true
    as_reader nsenter --target "$member" --user --preserve-credentials true
    as_reader nsenter --target "$member" --user --preserve-credentials --net true
    fails 'not permitted' only sys_ptrace,sys_chroot nsenter --target "$member" --net true
    only sys_ptrace,sys_admin nsenter --target "$member" --net true
    end "$member"
}

@test "To enter a mount namespace asks for CAP_SYS_CHROOT as well, in one's own user namespace" {
    member --mount
    fails 'not permitted' only sys_admin,sys_ptrace nsenter --target "$member" --mount true
    only sys_admin,sys_ptrace,sys_chroot nsenter --target "$member" --mount true
    end "$member"
}

@test "Name that one, or 0 for any" {
    local enter='open(F, "<", "/proc/self/ns/net") or die; syscall(308, fileno(F), hex(shift)) and die "$!\n"'
    perl -e "$enter" 0
    perl -e "$enter" 40000000
    fails 'Invalid argument' perl -e "$enter" 04000000
}

@test "of a pinned file, findmnt FILE does" {
    pin "$scratch/pin"
    run -0 findmnt --noheadings "$scratch/pin"
    unpin "$scratch/pin"
    [[ $output == *'nsfs[net:['* ]]
}

@test "or enter the mount namespace of the pin first" {
    member --mount
    : >"$scratch/pin"
    nsenter --target "$member" --mount unshare --net="$scratch/pin" true
    fails 'Invalid argument' ./nsenter "$scratch/pin" true
    nsenter --target "$member" --mount nsenter --net="$scratch/pin" true
    end "$member"
    rm "$scratch/pin"
}

@test "Nobody may enter that again" {
    fails 'Invalid argument' ./nsenter /proc/self/ns/user true
    fails 'Invalid argument' as_reader unshare --map-root-user nsenter --user=/proc/self/ns/user true
}

@test "Leave the type user out, as nsenter without --user does" {
    nsenter --target "$$" --net --uts true
}

@test "A process can have children in its own or in one below, and in none above" {
    member --pid --fork
    local parent=$!
    ./nsenter "/proc/$member/ns/pid" true
    ./nsenter /proc/self/ns/pid true
    fails 'Invalid argument' ./nsenter "/proc/$member/ns/pid" ./nsenter /proc/1/ns/pid true
    kill -KILL "$member"
    wait "$parent" || :
}

# /proc and pid namespaces

@test "from the one in the pid namespace of /proc to the one in its own" {
    run -0 unshare --pid --fork grep NSpid /proc/self/status
    [ "$(wc -w <<<"$output")" = 3 ]
    run -0 unshare --pid --fork --mount-proc grep NSpid /proc/self/status
    [ "$output" = $'NSpid:\t1' ]
}

@test "or it has that number in another pid namespace than the one that /proc shows" {
    run -0 unshare --pid --fork sh -c 'echo $$; readlink /proc/self'
    [[ ${lines[0]} = 1 && ${lines[1]} != 1 ]]
}

@test "and so that it hides the processes of others" {
    local look='setpriv --reuid=reader --regid=reader --clear-groups ls -d /proc/1; exit $?'
    unshare --pid --fork --mount-proc sh -c "mount -o remount,hidepid=1 /proc; $look"
    fails 'No such file' unshare --pid --fork --mount-proc sh -c "mount -o remount,hidepid=2 /proc; $look"
    fails 'No such file' unshare --pid --fork --mount-proc sh -c "mount -o remount,hidepid=4 /proc; $look"
}

@test "Unmount /proc once" {
    run -0 unshare --mount sh -c 'unshare --pid --fork mount -t proc proc /proc
        cat /proc/self/comm || umount /proc; cat /proc/self/comm'
    [[ ${lines[0]} == *'No such file'* && ${lines[1]} = cat ]]
}

# mounts

@test "To mount or unmount asks for CAP_SYS_ADMIN in the user namespace that owns the mount namespace" {
    fails '' without sys_admin mount -t tmpfs none /mnt
    only sys_admin mount -t tmpfs none /mnt
    fails '' without sys_admin umount /mnt
    only sys_admin umount /mnt
    as_reader unshare --user --keep-caps --mount mount -t tmpfs none /mnt
}

@test "and mount and umount say this to whoever is not root" {
    fails 'must be superuser' as_reader mount -t tmpfs none /mnt
    fails 'must be superuser' as_reader umount /proc
    fails 'permission denied' without sys_admin mount -t tmpfs none /mnt
}

@test "Root of a user namespace is still in a mount namespace that another one owns, and may change nothing there" {
    local command before after
    read -r -d '' before </proc/self/mountinfo || :
    for command in 'mount -t tmpfs none /mnt' 'mount --bind /usr /mnt' 'mount -o remount,bind,ro /' \
        'mount --make-private /' 'umount --lazy /proc'; do
        # shellcheck disable=SC2086
        capture as_reader unshare --map-root-user $command
        [ "$status" -ne 0 ]
    done
    read -r -d '' after </proc/self/mountinfo || :
    [ "$before" = "$after" ]
}

@test "A file is to be mounted on a folder, or a folder on a file" {
    mkdir "$scratch/folder"
    touch "$scratch/file"
    run -32 mount --bind /etc/hostname "$scratch/folder"
    run -32 mount --bind /usr "$scratch/file"
    rm -d "$scratch/folder" "$scratch/file"
}

@test "util-linux 2.41 says a number where it has to use mount(2)" {
    run -0 mount --version
    [[ $output == *'util-linux 2.41'* ]]
    mkdir "$scratch/folder"
    fails 'Unknown error 5005' env LIBMOUNT_FORCE_MOUNT2=always mount --make-slave "$scratch/folder"
    if at_least 5.12; then
        fails 'not mount point' mount --make-slave "$scratch/folder"
    else
        fails 'Unknown error 5005' mount --make-slave "$scratch/folder"
    fi
    rmdir "$scratch/folder"
}

@test "Mount a file on a file; make an empty one with touch" {
    touch "$scratch/file"
    mount --bind /etc/hostname "$scratch/file"
    umount "$scratch/file"
    rm "$scratch/file"
}

@test "with the folder of yours, prints nothing" {
    mkdir "$scratch/folder"
    run -1 findmnt --noheadings --output SOURCE,PROPAGATION "$scratch/folder"
    rmdir "$scratch/folder"
    [ -z "$output" ]
}

@test "With MS_BIND the call binds, and ignores MS_PRIVATE and its like" {
    local flag
    mkdir "$scratch/m"
    for flag in 0x20000 0x40000 0x80000; do
        perl -e 'my ($what, $where, $flag) = @ARGV;
            syscall(165, $what, $where, 0, 0x1000 | hex($flag), 0) and die "$!\n"' /usr "$scratch/m" "$flag"
        findmnt --noheadings --raw --output FSROOT,PROPAGATION "$scratch/m"
        umount "$scratch/m"
    done >"$BATS_FILE_TMPDIR/found"
    rmdir "$scratch/m"
    [ "$(<"$BATS_FILE_TMPDIR/found")" = $'/usr shared\n/usr shared\n/usr shared' ]
}

@test "The copy of a shared mount is shared, without a new user namespace" {
    tmpfs
    run -0 unshare --mount --propagation unchanged findmnt --noheadings --output PROPAGATION "$scratch/m"
    [ "$output" = shared ]
    run -0 unshare --map-root-user --mount --propagation unchanged findmnt --noheadings --output PROPAGATION "$scratch/m"
    [ "$output" = private,slave ]
    no_tmpfs
}

@test "Make all mounts private or slaves before the first umount" {
    tmpfs
    unshare --mount --propagation slave umount "$scratch/m"
    unshare --mount --propagation private umount "$scratch/m"
    run -0 findmnt "$scratch/m"
    no_tmpfs
}

@test "or unmount there with nsenter --mount; make such namespaces with slaves" {
    local propagation
    for propagation in private slave; do
        tmpfs
        member --propagation "$propagation" --mount
        umount "$scratch/m"
        nsenter --target "$member" --mount findmnt --noheadings --output FSTYPE "$scratch/m" || :
        [ "$propagation" = slave ] || nsenter --target "$member" --mount umount "$scratch/m"
        run -1 grep " $scratch/m " "/proc/$member/mountinfo"
        end "$member"
        rmdir "$scratch/m"
    done >"$BATS_FILE_TMPDIR/found"
    [ "$(<"$BATS_FILE_TMPDIR/found")" = tmpfs ]
}

@test "A process has its current folder there, or an open file" {
    tmpfs
    touch "$scratch/m/file"
    exec 9<"$scratch/m/file"
    fails busy umount "$scratch/m"
    exec 9<&-
    cd "$scratch/m"
    fails busy umount "$scratch/m"
    cd /
    no_tmpfs
}

@test "Something is mounted in it, on a folder or a file" {
    local place
    tmpfs
    mkdir "$scratch/m/folder"
    touch "$scratch/m/file"
    for place in folder file; do
        mount --bind "$scratch/m/$place" "$scratch/m/$place"
        fails busy umount "$scratch/m"
        run -0 findmnt --noheadings --submounts --output TARGET "$scratch/m"
        [ "${#lines[@]}" -eq 2 ]
        umount "$scratch/m/$place"
    done
    no_tmpfs
}

@test "End it, or let it go elsewhere; or umount --lazy" {
    tmpfs
    touch "$scratch/m/file"
    exec 9<"$scratch/m/file"
    umount --lazy "$scratch/m"
    exec 9<&-
    rmdir "$scratch/m"
}

@test "the descriptor keeps the namespace, not the pin" {
    pin "$scratch/pin"
    run -0 stat --format %i "$scratch/pin"
    exec 9<"$scratch/pin"
    umount --lazy "$scratch/pin"
    rm "$scratch/pin"
    [ "$(nsenter --net=/proc/self/fd/9 readlink /proc/self/ns/net)" = "net:[$output]" ]
    exec 9<&-
}

@test "Keep pins in a folder that only root can write to" {
    open_scratch
    mkdir "$scratch/ours" "$scratch/theirs"
    chown reader "$scratch/theirs"
    readers_member --map-root-user --mount
    pin "$scratch/ours/pin"
    pin "$scratch/theirs/pin"
    capture as_reader nsenter --target "$member" --user --preserve-credentials --mount \
        rm -f "$scratch/ours/pin" "$scratch/theirs/pin"
    end "$member"
    run -0 findmnt --noheadings --type nsfs --output TARGET
    unpin "$scratch/ours/pin"
    rmdir "$scratch/ours" "$scratch/theirs"
    [ "$output" = "$scratch/ours/pin" ]
}

@test "Keep the namespace by a process or a pin, or mount one of your own" {
    mkdir "$scratch/m"
    : >"$scratch/pin"
    unshare --ipc="$scratch/pin" mount -t mqueue none "$scratch/m"
    touch "$scratch/m/queue"
    umount "$scratch/m"
    mount -t mqueue none "$scratch/m"
    run -1 test -e "$scratch/m/queue"
    touch "$scratch/m/queue"
    rm "$scratch/m/queue"
    no_tmpfs
    unpin "$scratch/pin"
}

@test "unshare asks for one that is not, even where nothing else is in the group" {
    tmpfs
    mount --make-private "$scratch/m"
    mount --make-shared "$scratch/m"
    touch "$scratch/m/pin"
    fails 'Invalid argument' unshare --mount="$scratch/m/pin" true
    mount --make-private "$scratch/m"
    unshare --mount="$scratch/m/pin" true
    umount "$scratch/m/pin"
    no_tmpfs
}

@test "A mount namespace cannot be pinned by a mount that is within it, or within one that was made after it" {
    tmpfs
    mount --make-private "$scratch/m"
    touch "$scratch/m/pin"
    member --mount
    run -32 mount --bind /proc/self/ns/mnt "$scratch/m/pin"
    run -32 nsenter --target "$member" --mount mount --bind /proc/1/ns/mnt "$scratch/m/pin"
    mount --bind "/proc/$member/ns/mnt" "$scratch/m/pin"
    end "$member"
    umount "$scratch/m/pin"
    no_tmpfs
}

# programs and sockets

@test "Remove the file." {
    local bind='use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0) or die;
        bind(S, pack_sockaddr_un(shift)) or die "$!\n"'
    perl -e "$bind" "$scratch/socket"
    fails 'already in use' perl -e "$bind" "$scratch/socket"
    rm "$scratch/socket"
    perl -e "$bind" "$scratch/socket"
    rm "$scratch/socket"
}

@test "unless it is in another net namespace" {
    run -0 ./unshare perl -e 'use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0) or die;
        bind(S, pack_sockaddr_un($ARGV[0])) or die; listen(S, 1) or die;
        system("grep", "-c", $ARGV[0], "/proc/net/unix");
        system("nsenter", "--net=/proc/1/ns/net", "grep", "-c", $ARGV[0], "/proc/net/unix")' "$scratch/socket"
    rm "$scratch/socket"
    [ "$output" = $'1\n0' ]
}

@test "Let the program ignore SIGINT and SIGQUIT while it waits" {
    run -7 ./unshare_clone sh -c 'kill -s INT $PPID; kill -s QUIT $PPID; exit 7'
}
