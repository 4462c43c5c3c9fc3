#!/usr/bin/env bats
# caps.bats - checks code-samples/caps
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# as_root_of_user COMMAND [ARG]...: as root of a user namespace, whom reader plays
as_root_of_user() {
    setpriv --reuid=reader --regid=reader --clear-groups -- \
        unshare --user --map-root-user "$@"
}

# readers OPTION...: a process $member of reader in new namespaces, as member makes it
readers() {
    setpriv --reuid=reader --regid=reader --clear-groups -- unshare "$@" sleep 1000 3>&- 4>&- &
    member=$!
    becomes sleep "$member"
}

# ---- can_i ----

@test "can_i: in the user namespace one is in, CapEff decides" {
    run -0 caps/can_i $$ cap_net_admin /proc/$$/ns/net
    [[ $output == *'in it, so its CapEff decides'$'\nyes' ]]
    run -3 as_reader caps/can_i self cap_net_admin /proc/self/ns/net
    [[ $output == *'in it, so its CapEff decides'$'\nno' ]]
}

@test "can_i: it is the bit of that capability which counts" {
    run -0 setpriv --bounding-set=-all,+syslog --inh-caps=-all caps/can_i self cap_syslog \
        /proc/self/ns/net
    run -3 setpriv --bounding-set=-all,+syslog --inh-caps=-all caps/can_i self \
        cap_wake_alarm /proc/self/ns/net
    run -0 setpriv --bounding-set=-all,+checkpoint_restore --inh-caps=-all caps/can_i self \
        CAP_CHECKPOINT_RESTORE /proc/self/ns/net
    run -0 setpriv --bounding-set=-all,+chown --inh-caps=-all caps/can_i self cap_chown \
        /proc/self/ns/net
}

@test "can_i: root inside may in a net namespace of its own, and not in the machine's" {
    run -3 as_root_of_user caps/can_i self cap_net_admin /proc/self/ns/net
    [[ $output == *'further out is nothing, or it is hidden'*$'\nno' ]]
    run -0 as_root_of_user unshare --net caps/can_i self cap_net_admin /proc/self/ns/net
    run -0 as_root_of_user caps/can_i self cap_net_admin /proc/self/ns/user
}

@test "can_i: root outside may what root inside owns" {
    readers --user --map-root-user --net
    run caps/can_i $$ cap_net_admin "/proc/$member/ns/net"
    end "$member"
    settled
    [[ $status -eq 0 && $output == *'the process is not in it'*'CapEff decides'$'\nyes' ]]
}

@test "can_i: root outside without that capability may not" {
    readers --user --map-root-user --net
    local net=/proc/$member/ns/net
    run setpriv --bounding-set=-net_admin --inh-caps=-all bash -c \
        'caps/can_i $$ cap_net_admin '"$net"
    end "$member"
    settled
    [ "$status" -eq 3 ]
}

@test "can_i: the owner outside may all, with no capability" {
    readers --user --map-root-user --net
    run as_reader sh -c 'caps/can_i $$ cap_net_admin /proc/'"$member/ns/net"
    end "$member"
    settled
    [[ $status -eq 0 && $output == *'owned by user 1000: '*$'\nyes' ]]
}

@test "can_i: another user outside may not" {
    readers --user --map-root-user --net
    setpriv --reuid=nobody --regid=nogroup --clear-groups sleep 1000 3>&- 4>&- &
    becomes sleep "$!"
    run caps/can_i "$!" cap_net_admin "/proc/$member/ns/net"
    end "$!"
    end "$member"
    settled
    [[ $status -eq 3 && $output == *'the process is in it, so its CapEff decides'$'\nno' ]]
}

@test "can_i: of the grandchild's the owner is the child's, and root outside may still" {
    readers --user --map-root-user unshare --user --map-root-user --net
    local link=/proc/$member/ns/net
    run as_reader sh -c 'caps/can_i $$ cap_sys_admin '"$link"
    local of_reader=$status told=$output
    run caps/can_i $$ cap_sys_admin "$link"
    end "$member"
    settled
    [[ $of_reader -eq 0 && $status -eq 0 && ${#lines[@]} -eq 5 ]]
    [[ $told == *'not in it'*'owned by user 1000: '*$'\nyes' ]]
}

@test "can_i: who is inside may not outside, whoever asks" {
    readers --user --map-root-user
    run caps/can_i "$member" cap_net_admin /proc/self/ns/net
    end "$member"
    settled
    [[ $status -eq 3 && $output == *'not in it'*$'\nno' ]]
}

@test "can_i: it is the user namespace itself that is asked, not its owner" {
    readers --user --map-root-user
    local ns
    ns=$(readlink "/proc/$member/ns/user")
    run caps/can_i "$member" cap_sys_admin "/proc/$member/ns/user"
    end "$member"
    settled
    [[ $status -eq 0 && ${lines[1]} == "$ns is asked: "* ]]
}

@test "can_i: one number may be that of several people" {
    member --user
    local outer=$member
    echo 0 100000 65536 >"/proc/$outer/uid_map"
    echo 0 100000 65536 >"/proc/$outer/gid_map"
    nsenter --user --target "$outer" setpriv --reuid=65534 unshare --user --net \
        sleep 1000 3>&- 4>&- &
    local inner=$!
    becomes sleep "$inner"
    nsenter --user --preserve-credentials --target "$outer" sleep 1000 3>&- 4>&- &
    local stranger=$!
    becomes sleep "$stranger"
    capture nsenter --user --target "$outer" caps/can_i "$stranger" cap_kill \
        "/proc/$inner/ns/user"
    local inside=$status said=$stderr told=$output
    capture caps/can_i "$stranger" cap_kill "/proc/$inner/ns/user"
    end "$stranger"
    end "$inner"
    end "$outer"
    settled
    [ "$said" = 'can_i: who is user 65534 cannot be known from here' ]
    [[ $inside -eq 1 && $told == *', owned by user 65534, whose number may be that of several' ]]
    [ "$status" -eq 3 ]
}

@test "can_i: the owner is whom it acts as, not who started it" {
    readers --user --map-root-user --net
    setpriv --euid=reader sleep 1000 3>&- 4>&- &
    becomes sleep "$!"
    run caps/can_i "$!" cap_net_admin "/proc/$member/ns/net"
    end "$!"
    end "$member"
    settled
    [[ $status -eq 0 && $output == *' as user 1000'$'\n'* ]]
}

@test "can_i: where all have a number, nobody is one, too" {
    setpriv --reuid=nobody --regid=nogroup --clear-groups unshare --user \
        sleep 1000 3>&- 4>&- &
    becomes sleep "$!"
    run setpriv --reuid=nobody --regid=nogroup --clear-groups sh -c \
        'caps/can_i $$ cap_kill /proc/'"$!/ns/user"
    end "$!"
    settled
    [[ $status -eq 0 && $output == *'owned by user 65534: '*$'\nyes' ]]
}

@test "can_i: whose user namespace cannot be seen, of that it does not say no" {
    capture as_reader caps/can_i 1 cap_kill /proc/self/ns/net
    [ "$status" -eq 1 ]
    [ "$stderr" = 'can_i: stat: /proc/1/ns/user: Permission denied' ]
    [ "$output" = 'in which user namespace it is cannot be known from here' ]
}

@test "can_i: what it cannot open, or is no namespace, is named" {
    refused 1 'can_i: open: /no/such: No such file or directory' \
        caps/can_i self cap_kill /no/such
    refused 1 'can_i: open: /proc/1/ns/net: Permission denied' \
        as_reader caps/can_i self cap_kill /proc/1/ns/net
    refused 1 'can_i: ioctl: /etc/passwd: Inappropriate ioctl for device' \
        caps/can_i self cap_kill /etc/passwd
    refused 1 'can_i: chdir: /proc/4194304: No such file or directory' \
        caps/can_i 4194304 cap_kill /proc/self/ns/net
}

@test "can_i: a wrong call prints the usage and exits 2" {
    usage='usage: can_i PID CAPABILITY NAMESPACE'
    refused 2 "$usage" caps/can_i
    refused 2 "$usage" caps/can_i 1 cap_kill
    refused 2 "$usage" caps/can_i 1 cap_kill /proc/self/ns/net more
    refused 2 "$usage" caps/can_i -1 cap_kill /proc/self/ns/net
    refused 2 'can_i: cap_nothing: no capability; cap_net_admin is one' \
        caps/can_i 1 cap_nothing /proc/self/ns/net
    refused 2 'can_i: the_kill: no capability; cap_net_admin is one' \
        caps/can_i 1 the_kill /proc/self/ns/net
}

# ---- why_not ----

# the way of a test with a filter: NUMBER of the call, ERRNO, and optionally its first argument
filter() {
    perl -e '($nr, $errno, $arg) = @ARGV;
        @code = ([0x20, 0, 0, 0], [0x15, 0, defined $arg ? 3 : 1, $nr]);
        push @code, [0x20, 0, 0, 16], [0x15, 0, 1, $arg] if defined $arg;
        push @code, [6, 0, 0, 0x50000 | $errno], [6, 0, 0, 0x7fff0000];
        print pack "SCCL", @$_ for @code' "$@" >"$other/filter"
    chmod 755 "$BATS_RUN_TMPDIR" "$other"
    chmod 644 "$other/filter"
}

# filtered COMMAND [ARG]...: as reader, below that filter
filtered() {
    as_reader setpriv --no-new-privs --seccomp-filter "$other/filter" "$@"
}

# in_the_way MESSAGE LINE...: what it says last, causes without their ways out
in_the_way() {
    local line causes=()
    echo "status $status, $stderr: $output"
    [[ $status -eq 1 && $stderr == "why_not: $1" ]]
    shift
    while read -r line; do
        [[ $line == 'way out: '* ]] || causes+=("$line")
    done <<<"$output"
    [ "${causes[*]}" = "$*" ]
}

@test "why_not: where it works it says so, and nothing is left" {
    local before after
    read -r -d '' before </proc/self/mountinfo || :
    run -0 as_reader caps/why_not
    [ "${lines[0]}" = 'nothing: it was created, mapped and used' ]
    read -r -d '' after </proc/self/mountinfo || :
    [ "$before" = "$after" ]
    run -0 caps/why_not
    run -0 as_root_of_user caps/why_not
}

@test "why_not: it maps, and mounts in a mount namespace of its own" {
    run -0 as_reader strace --trace=unshare,write,mount --signal=none caps/why_not
    echo "$output"
    [[ $output == *'unshare(CLONE_NEWUSER)'*'"0 1000 1"'*'"deny"'*'"0 1000 1"'* ]]
    [[ $output == *'unshare(CLONE_NEWNS)'*'mount("none", "/", "tmpfs", 0, NULL) '*'= 0'* ]]
}

@test "why_not: a limit of 0" {
    capture as_root_of_user sh -c 'echo 0 >/proc/sys/user/max_user_namespaces
        exec caps/why_not'
    in_the_way 'unshare: No space left on device' \
        'limit: user.max_user_namespaces is 0 here'
}

@test "why_not: a limit further out, or the depth, cannot be told apart" {
    local both='limit: user.max_user_namespaces, reached here or further out
depth: 33 user namespaces lie in one another
which of these cannot be told from here'
    capture as_root_of_user sh -c 'echo 1 >/proc/sys/user/max_user_namespaces
        exec unshare --user --map-root-user caps/why_not'
    in_the_way 'unshare: No space left on device' "${both//$'\n'/ }"
    local deeper='[ "$1" -gt 0 ] || exec caps/why_not
        exec unshare --user --map-root-user sh -c "$0" "$0" $(($1 - 1))'
    capture as_reader sh -c "$deeper" "$deeper" 33
    in_the_way 'unshare: No space left on device' "${both//$'\n'/ }"
}

@test "why_not: Debian's switch" {
    [ -e /proc/sys/kernel/unprivileged_userns_clone ] || skip 'only Debian has it'
    echo 0 >/proc/sys/kernel/unprivileged_userns_clone
    capture as_reader caps/why_not
    echo 1 >/proc/sys/kernel/unprivileged_userns_clone
    in_the_way 'unshare: Operation not permitted' \
        'switch: kernel.unprivileged_userns_clone is 0'
}

@test "why_not: a filter, whatever it answers" {
    filter 272 1
    capture filtered caps/why_not
    in_the_way 'unshare: Operation not permitted' 'seccomp: a filter does not allow the call'
    filter 272 38
    capture filtered caps/why_not
    in_the_way 'unshare: Function not implemented' 'seccomp: a filter does not allow the call'
}

@test "why_not: a filter that lets it through is not in the way" {
    filter 170 1
    run -0 filtered caps/why_not
    capture filtered unshare --user --map-user=5 bash -c 'exec caps/why_not'
    in_the_way 'unshare: Operation not permitted' 'ids: the group has no number here'
}

# It refuses what a security module could, and lets the call that none may make through.
@test "why_not: a filter for one argument cannot be told from a security module" {
    filter 272 13 "$((0x10000000))"
    capture filtered caps/why_not
    in_the_way 'unshare: Permission denied' \
        'seccomp: there is a filter, and it may not allow it' \
        'security module: it may refuse the call' 'which of these cannot be told from here'
    filter 272 12 "$((0x10000000))"
    capture filtered caps/why_not
    in_the_way 'unshare: Cannot allocate memory' 'nothing that shows from here'
}

@test "why_not: a filter and Debian's switch cannot be told apart" {
    [ -e /proc/sys/kernel/unprivileged_userns_clone ] || skip 'only Debian has it'
    filter 272 1
    echo 0 >/proc/sys/kernel/unprivileged_userns_clone
    capture filtered caps/why_not
    echo 1 >/proc/sys/kernel/unprivileged_userns_clone
    in_the_way 'unshare: Operation not permitted' 'seccomp: a filter does not allow the call' \
        'switch: kernel.unprivileged_userns_clone is 0' \
        'which of these cannot be told from here'
}

@test "why_not: a chroot" {
    local box=/tmp/box
    mkdir "$box"
    cp caps/why_not "$box"
    capture chroot --userspec=1000:1000 "$box" /why_not
    rm -r "$box"
    in_the_way 'unshare: Operation not permitted' \
        'root: a chroot, for / is no mount point'
}

@test "why_not: a chroot into a mount point cannot be told from a security module" {
    local box=/tmp/box
    mkdir "$box"
    capture unshare --mount sh -c 'mount --bind "$1" "$1" && cp caps/why_not "$1" &&
        exec chroot --userspec=1000:1000 "$1" /why_not' sh "$box"
    rm -r "$box"
    in_the_way 'unshare: Operation not permitted' 'root: a chroot into a mount point' \
        'security module: it may refuse the call' 'which of these cannot be told from here'
}

@test "why_not: something is mounted over the root" {
    capture unshare --mount sh -c 'mount -t tmpfs none / && exec setpriv --reuid=reader \
        --regid=reader --clear-groups caps/why_not'
    in_the_way 'unshare: Operation not permitted' 'root: something is mounted over /'
}

@test "why_not: what it says of a mount over the root is a way out" {
    run -0 unshare --mount sh -c 'mount --rbind / / &&
        setpriv --reuid=reader --regid=reader --clear-groups caps/why_not ||
        chroot /.. sh -c "cd \$1 && setpriv --reuid=reader --regid=reader --clear-groups \
        caps/why_not" sh "$1"' sh "$PWD"
    [[ $output == *'over /'*$'\n''nothing: it was created'* ]]
    run -0 unshare --mount sh -c 'mount -t tmpfs none / && umount /.. &&
        exec setpriv --reuid=reader --regid=reader --clear-groups caps/why_not'
}

@test "why_not: no number for the user, or for the group" {
    capture as_reader unshare --user caps/why_not
    in_the_way 'unshare: Operation not permitted' 'ids: the user has no number here' \
        'ids: the group has no number here' 'each of these is in the way'
    capture as_reader unshare --user --map-user=5 bash -c 'exec caps/why_not'
    in_the_way 'unshare: Operation not permitted' 'ids: the group has no number here'
}

# AppArmor's rule is Ubuntu's, and in no kernel of ours. What its kernel answers a filter
# answers here, and its file is one of ours, so this holds how the answers are read.
@test "why_not: AppArmor's answers, given by a filter" {
    local sysctl=/proc/sys/kernel/apparmor_restrict_unprivileged_userns
    filter 165 13
    capture unshare --mount sh -c 'mount -t tmpfs none /proc/sys/kernel && echo 1 >"$1" &&
        exec setpriv --reuid=reader --regid=reader --clear-groups --no-new-privs \
        --seccomp-filter "$2" caps/why_not' sh "$sysctl" "$other/filter"
    in_the_way 'mount: /: Permission denied' \
        'AppArmor: kernel.apparmor_restrict_unprivileged_userns is 1' \
        'seccomp: there is a filter, and it may not allow it' \
        'which of these cannot be told from here'
    filter 1 1 3
    capture filtered caps/why_not 3>&- 4>&-
    in_the_way 'write: /proc/self/uid_map: Operation not permitted' \
        'seccomp: there is a filter, and it may not allow it' \
        'security module: it may refuse the call' \
        'which of these cannot be told from here'
}

@test "why_not: a program that cannot be read" {
    cp caps/why_not /tmp/why_not
    chmod 711 /tmp/why_not
    capture as_reader sh -c 'exec /tmp/why_not' # setpriv could have read it
    rm /tmp/why_not
    in_the_way 'open: /proc/self/uid_map: Permission denied' \
        "dump: the program is not dumpable, so its /proc is root's"
}

@test "why_not: root without CAP_SETFCAP" {
    capture setpriv --bounding-set=-setfcap caps/why_not
    in_the_way 'write: /proc/self/uid_map: Operation not permitted' \
        'map: root without CAP_SETFCAP may not map its own 0'
    capture setpriv --securebits=+noroot --inh-caps=-all caps/why_not
    in_the_way 'write: /proc/self/uid_map: Operation not permitted' \
        'map: root without CAP_SETFCAP may not map its own 0'
    local others=(setpriv --bounding-set=-setfcap --reuid=reader --regid=reader --clear-groups)
    run -0 "${others[@]}" caps/why_not
    filter 1 1 3
    capture "${others[@]}" --no-new-privs --seccomp-filter "$other/filter" caps/why_not 3>&- 4>&-
    [[ $output == seccomp:* ]]
}

# A number that is another's outside, as from a process that was left unmapped: only the
# answer EPERM tells it from one's own.
@test "why_not: a number that stands for none is no number" {
    member --user
    local outer=$member
    echo 65534 100000 1 >"/proc/$outer/uid_map"
    echo 65534 100000 1 >"/proc/$outer/gid_map"
    capture nsenter --user --preserve-credentials --target "$outer" caps/why_not
    end "$outer"
    settled
    in_the_way 'unshare: Operation not permitted' 'ids: the user has no number here' \
        'ids: the group has no number here' 'each of these is in the way'
}

@test "why_not: no mount namespace may be created" {
    capture as_root_of_user sh -c 'echo 0 >/proc/sys/user/max_mnt_namespaces
        exec caps/why_not'
    in_the_way 'unshare: CLONE_NEWNS: No space left on device' \
        'limit: user.max_mnt_namespaces, or fs.mount-max'
}

@test "why_not: no more mounts may be made" {
    local before
    before=$(</proc/sys/fs/mount-max)
    echo 1 >/proc/sys/fs/mount-max
    capture as_reader caps/why_not
    echo "$before" >/proc/sys/fs/mount-max
    in_the_way 'mount: /: No space left on device' \
        'limit: user.max_mnt_namespaces, or fs.mount-max'
}

@test "why_not: a wrong call prints the usage and exits 2" {
    refused 2 'usage: why_not' caps/why_not more
}

# ---- what_root_may ----

# row WORDS: what the table says to an operation, in $alone and $all, and who is asked
row() {
    local line
    line=$(grep "^$1 " <<<"$output")
    alone=${line:19:24} all=${line:44:24} asked=${line:69}
    alone=${alone%"${alone##*[! ]}"} all=${all%"${all##*[! ]}"}
}

@test "what_root_may: what is owned by others is refused, and what is one's own is not" {
    run -0 as_reader caps/what_root_may
    echo "$output"
    local name
    for name in 'set the name' 'set lo up' 'open a raw socket' 'mount a tmpfs' 'mount a proc' \
        'mount a sysfs'; do
        row "$name"
        [[ $alone == 'Operation not permitted' && $all == Success ]]
    done
    row 'reboot'
    [[ $alone == 'Operation not permitted' && $all == 'Invalid argument' ]]
}

@test "what_root_may: what the machine shares is refused with all namespaces, too" {
    run -0 as_reader caps/what_root_may
    local name
    for name in 'mount a devtmpfs' 'create a device' 'set the time' 'raise a hard limit' \
        'load a module' 'end a swap' 'be urgent'; do
        row "$name"
        [[ $alone == *' not permitted' || $name == 'be urgent' && $alone == 'Permission denied' ]]
        [[ $all == "$alone" && $asked == 'the first' ]]
    done
    row 'enter uts outside'
    [[ $alone == 'Operation not permitted' && $all == "$alone" && $asked == 'owner of that uts' ]]
}

@test "what_root_may: its own user namespace is asked, and what has no number asks no one" {
    run -0 as_reader caps/what_root_may
    row 'change the root'
    [[ $alone == Success && $all == Success && $asked == 'its own' ]]
    row 'leave all groups'
    [[ $alone == 'Operation not permitted' && $all == "$alone" && $asked == 'its own' ]]
    row 'give a file away'
    [[ $alone == 'Invalid argument' && $all == "$alone" && $asked == 'no one' ]]
    run -0 as_reader strace --follow-forks --trace=write --signal=none caps/what_root_may
    [ "$(grep -c '"0 1000 1"' <<<"$output")" -eq 4 ] # two maps in each
}

# takes NAME TYPES COMMAND [ARG]...: who is asked, the table says, owns those namespaces.
# Root inside may with new ones, and not where one of them is missing
takes() {
    local output=$output type types=(--fork)
    row "$1"
    [ "$asked" = "owner of ${2// / and }" ]
    for type in ${2/mnt/mount}; do
        types+=("--$type")
    done
    as_root_of_user "${types[@]}" "${@:3}"
    for type in "${types[@]:1}"; do
        capture as_root_of_user "${types[@]/#"$type"/--user}" "${@:3}"
        [ "$status" -ne 0 ]
    done
}

# perl that fails where a call, of a number and with arguments, gives EPERM
call='exit(syscall(shift, map { /^\d+$/ ? 0 + $_ : $_ } @ARGV) < 0 && $! == 1)'

@test "what_root_may: those whom it names are asked, whatever program it is" {
    run -0 as_reader caps/what_root_may
    takes 'set the name' uts hostname lab
    takes 'set lo up' net ip link set lo up
    takes 'open a raw socket' net perl -e 'socket my $raw, 2, 3, 1 or exit 1'
    takes 'mount a tmpfs' mnt mount -t tmpfs none /
    takes 'mount a proc' 'mnt pid' mount -t proc none /proc
    takes 'mount a sysfs' 'mnt net' mount -t sysfs none /sys
    takes reboot pid perl -e "$call" 169 4276215469 672274793 0
}

# of_first NAME CAPABILITY COMMAND [ARG]...: who is asked, the table says, is the first.
# Its root may with that alone, and not with all others
of_first() {
    local output=$output
    row "$1"
    [ "$asked" = 'the first' ]
    setpriv --bounding-set="-all,+$2" --inh-caps=-all -- "${@:3}"
    capture setpriv --bounding-set="-$2" --inh-caps=-all -- "${@:3}"
    [ "$status" -ne 0 ]
}

@test "what_root_may: the first root may what asks the first, with one capability" {
    run -0 as_reader caps/what_root_may
    of_first 'create a device' mknod sh -c 'mknod "$1" c 1 3 && rm "$1"' sh /tmp/device
    of_first 'be urgent' sys_nice perl -e 'setpriority 0, 0, -20
        or exit 1; exit(getpriority(0, 0) != -20)'
    of_first 'raise a hard limit' sys_resource prlimit --msgqueue=819201:819201 true
    of_first 'load a module' sys_module perl -e "$call" 175 0 0 ''
    of_first 'end a swap' sys_admin perl -e "$call" 168 /no-swap
    of_first 'mount a devtmpfs' sys_admin sh -c 'mount -t devtmpfs none /mnt && umount /mnt'
}

@test "what_root_may: the first root is told the same, and so is root inside" {
    run -0 as_reader caps/what_root_may
    local reader=$output
    run -0 caps/what_root_may
    [ "$output" = "$reader" ]
    run -0 as_root_of_user caps/what_root_may
    [ "$output" = "$reader" ]
}

@test "what_root_may: nothing is left or changed, where SIGCHLD is ignored either" {
    local before after lo file
    read -r -d '' before </proc/self/mountinfo || :
    lo=$(ip -o link show lo) file=$(stat --format=%u:%z /tmp)
    run -0 timeout 20 env --ignore-signal=CHLD caps/what_root_may
    settled
    read -r -d '' after </proc/self/mountinfo || :
    [[ $before == "$after" && ! -e /tmp/what_root_may && ${#lines[@]} -eq 19 ]]
    [[ $lo == "$(ip -o link show lo)" && $file == "$(stat --format=%u:%z /tmp)" ]]
}

@test "what_root_may: where no user namespace may be created, it says so" {
    refused 1 'what_root_may: clone: Operation not permitted' \
        as_reader unshare --user caps/what_root_may
    capture as_root_of_user sh -c 'echo 0 >/proc/sys/user/max_uts_namespaces
        exec caps/what_root_may'
    [[ $status -eq 1 && -z $output ]]
    [ "$stderr" = 'what_root_may: clone: No space left on device' ]
}

@test "what_root_may: a child that is refused its map, or killed, leaves no table" {
    open_scratch
    cp caps/what_root_may "$scratch"
    chmod 711 "$scratch/what_root_may"
    # setpriv could have read it
    capture as_reader sh -c 'exec "$1"' sh "$scratch/what_root_may"
    rm "$scratch/what_root_may"
    [[ $status -eq 1 && -z $output ]]
    [ "$stderr" = 'what_root_may: open: /proc/self/uid_map: Permission denied' ]
    capture as_reader strace --follow-forks --output=/dev/null --trace=sethostname \
        --inject=sethostname:signal=SEGV:when=1 caps/what_root_may
    [[ $status -eq 1 && -z $output ]]
    [ "$stderr" = 'what_root_may: child: Segmentation fault' ]
}

@test "what_root_may: a wrong call prints the usage and exits 2" {
    refused 2 'usage: what_root_may' caps/what_root_may more
}

# ---- caps_exec ----

# left WAY: what reader has in CapEff $before the exec, and $after it
left() {
    run -0 as_reader caps/caps_exec "$1"
    echo "$1: $output"
    [[ ${#lines[@]} -eq 2 && ${lines[0]} == before:$'\t'* && ${lines[1]} == after:$'\t'* ]]
    before=${lines[0]#*$'\t'} after=${lines[1]#*$'\t'}
}

# all that the kernel knows, and none
full() {
    local last
    read -r last </proc/sys/kernel/cap_last_cap
    printf '%016x' "$(((2 << last) - 1))"
}
none=0000000000000000

@test "caps_exec: all are there before, whatever is done" {
    local way
    for way in unmapped root user ambient noroot; do
        left "$way"
        [ "$before" = "$(full)" ]
    done
}

@test "caps_exec: who is root inside keeps all, and who has no number or another none" {
    left root
    [ "$after" = "$(full)" ]
    left unmapped
    [ "$after" = "$none" ]
    left user
    [ "$after" = "$none" ]
}

@test "caps_exec: what is ambient is kept, and NOROOT takes root's" {
    left ambient
    [ "$after" = "$(full)" ]
    left noroot
    [ "$after" = "$none" ]
}

@test "caps_exec: the program after has the number that its way says" {
    local ids
    mkdir "$other/bin"
    printf '%s\n' '#!/bin/sh' 'exec grep -h -E "^(Uid|CapInh|CapAmb):" /proc/self/status' \
        >"$other/bin/sed"
    chmod 755 "$BATS_RUN_TMPDIR" "$other" "$other/bin/sed"
    for ids in unmapped=65534 root=0 user=1000 ambient=1000 noroot=0; do
        run -0 as_reader env PATH="$other/bin:$PATH" caps/caps_exec "${ids%=*}"
        echo "$output"
        [[ ${lines[1]} == Uid:$'\t'${ids#*=}$'\t'* ]]
        [[ $ids != ambient=* || $output == *CapInh:$'\t'"$(full)"*CapAmb:$'\t'"$(full)"* ]]
        [[ $ids == ambient=* || $output == *CapAmb:$'\t'"$none"* ]]
    done
}

@test "caps_exec: it begins where the bounding set of its caller is smaller" {
    run -0 setpriv --bounding-set=-all,+chown --inh-caps=-all --reuid=reader --regid=reader \
        --clear-groups caps/caps_exec ambient
    [[ ${lines[0]} == "before:"$'\t'"$(full)" && ${lines[1]} == "after:"$'\t'"$(full)" ]]
}

@test "caps_exec: what is refused, or missing, is named" {
    refused 1 'caps_exec: unshare: Operation not permitted' \
        as_reader unshare --user caps/caps_exec root
    capture env PATH=/no/such caps/caps_exec root
    [[ $status -eq 1 && $output == before:* ]]
    [ "$stderr" = 'caps_exec: sed: No such file or directory' ]
}

@test "caps_exec: a wrong call prints the usage and exits 2" {
    local usage='usage: caps_exec unmapped|root|user|ambient|noroot'
    refused 2 "$usage" caps/caps_exec
    refused 2 "$usage" caps/caps_exec other
    refused 2 "$usage" caps/caps_exec root more
}
