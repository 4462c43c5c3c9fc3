#!/usr/bin/env bats
# uts.bats - checks code-samples/uts, shown in docs/uts.rst
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# ---- copy_uts ----

@test "copy_uts: two namespaces, the second between two looks at the first" {
    run -0 uts/copy_uts paper
    [ "${#lines[@]}" -eq 4 ]
    read -r _ home _ <<<"${lines[0]}"
    read -r _ copy _ <<<"${lines[1]}"
    [ "$home" = "$(readlink /proc/self/ns/uts)" ]
    [[ $copy == 'uts:['+([0-9])']' && $copy != "$home" ]]
    [[ ${lines[2]} == "changed  $copy "* && ${lines[3]} == "home     $home "* ]]
}

@test "copy_uts: the copy has the names of the original until it is changed" {
    run -0 unshare --uts sh -c 'hostname rock && domainname stone && uts/copy_uts paper'
    [[ ${lines[0]} == *']  rock  stone' && ${lines[1]} == *']  rock  stone' ]]
    [[ ${lines[2]} == *']  paper  stone' && ${lines[3]} == *']  rock  stone' ]]
}

@test "copy_uts: the machine keeps its name" {
    run -0 uts/copy_uts paper
    [ "$(uname -n)" = lab ]
}

@test "copy_uts: a name of 64 bytes fits, one more is refused" {
    printf -v name %064d 0
    run -0 uts/copy_uts "$name"
    [[ ${lines[2]} == *" $name "* ]]
    capture uts/copy_uts "${name}0"
    [ "$status" -eq 1 ]
    [ "$stderr" = "copy_uts: sethostname: ${name}0: Invalid argument" ]
}

@test "copy_uts: the kernel takes any bytes for a name" {
    run -0 uts/copy_uts 'two words/and a slash'
    [[ ${lines[2]} == *'  two words/and a slash  '* ]]
}

@test "copy_uts: an ordinary user gets EPERM" {
    capture as_reader uts/copy_uts paper
    [ "$status" -eq 1 ]
    [ "$stderr" = 'copy_uts: unshare: Operation not permitted' ]
}

@test "copy_uts: without its link in /proc it names the call" {
    capture unshare --mount sh -c 'umount -l /proc; uts/copy_uts paper'
    [[ $status -eq 1 && $stderr == 'copy_uts: open: /proc/self/ns/uts: No such '* ]]
}

@test "copy_uts: a wrong call prints the usage and exits 2" {
    refused 2 'usage: copy_uts NAME' uts/copy_uts
    refused 2 'usage: copy_uts NAME' uts/copy_uts a b
    refused 2 'usage: copy_uts NAME' uts/copy_uts -paper
}

# ---- show_owner ----

@test "show_owner: in another's UTS namespace a new user namespace's root gets EPERM" {
    run -0 as_reader uts/show_owner
    [ "${lines[1]}" = "in           $(readlink /proc/self/ns/uts)" ]
    [ "${lines[2]}" = '  its owner  Operation not permitted' ]
    [ "${lines[3]}" = '  set name   Operation not permitted' ]
}

@test "show_owner: its own UTS namespace belongs to the user namespace it is in" {
    run -0 as_reader uts/show_owner
    [ "${#lines[@]}" -eq 7 ]
    [[ ${lines[0]} == 'in           user:['+([0-9])']' ]]
    [ "${lines[0]#in           }" != "$(readlink /proc/self/ns/user)" ]
    [ "${lines[4]}" != "${lines[1]}" ]
    [ "${lines[5]}" = "  its owner  ${lines[0]#in           }" ]
    [ "${lines[6]}" = '  set name   done' ]
}

@test "show_owner: the machine keeps its name, whoever calls" {
    run -0 uts/show_owner
    [ "$(uname -n)" = lab ]
}

@test "show_owner: where no user namespace may be made it names the flag" {
    run -0 unshare --user --map-root-user sh -c '
        echo 0 >/proc/sys/user/max_user_namespaces
        uts/show_owner 2>&1 || echo "status $?"'
    [ "$output" = 'show_owner: unshare: CLONE_NEWUSER: No space left on device
status 1' ]
}

@test "show_owner: a wrong call prints the usage and exits 2" {
    refused 2 'usage: show_owner' uts/show_owner now
}

# ---- name_watch ----

# watched: what name_watch said last, as "BEFORE AFTER WOKEN"
watched() {
    local before=${lines[0]#before  } after=${lines[-2]#after   }
    echo "$before $after ${lines[-1]#woken   }"
}

@test "name_watch: who watches is woken when the name is set" {
    run -0 unshare --uts uts/name_watch hostname rock
    [ "$(watched)" = 'lab rock yes' ]
}

@test "name_watch: a name set elsewhere wakes, too, and changes nothing" {
    run -0 uts/name_watch unshare --uts hostname paper
    [ "$(watched)" = 'lab lab yes' ]
}

@test "name_watch: the domain name wakes nobody here" {
    run -0 uts/name_watch unshare --uts domainname stone
    [ "$(watched)" = 'lab lab no' ]
}

@test "name_watch: the command gets its arguments, and no descriptor of ours" {
    run -0 bash -c 'echo /proc/self/fd/*'
    before=$output
    run -0 uts/name_watch bash -c 'printf "%s|" "$@"; echo /proc/self/fd/*' - one 'two words' ''
    [ "${lines[1]}" = "one|two words||$before" ]
}

@test "name_watch: the status is the command's own, 128 + a signal's number" {
    run -7 uts/name_watch sh -c 'exit 7'
    run -137 uts/name_watch sh -c 'kill -KILL $$'
}

@test "name_watch: a command that cannot run gives 127 or 126" {
    capture uts/name_watch /no/such
    [[ $status -eq 127 && $stderr == 'name_watch: /no/such: No such file or directory' ]]
    capture uts/name_watch /etc/passwd
    [[ $status -eq 126 && $stderr == 'name_watch: /etc/passwd: Permission denied' ]]
}

@test "name_watch: without the file in /proc it says so" {
    refused 1 'name_watch: open: /proc/sys/kernel/hostname: No such file or directory' \
        unshare --mount sh -c 'umount -l /proc; uts/name_watch echo'
}

@test "name_watch: a wrong call prints the usage and exits 2" {
    refused 2 'usage: name_watch COMMAND [ARG]...' uts/name_watch
    refused 2 'usage: name_watch COMMAND [ARG]...' uts/name_watch -x true
}

# ---- pin-name.sh ----

@test "pin-name.sh: a new namespace with the name is pinned, and nobody is in it" {
    run -0 uts/pin-name.sh paper "$scratch/a pin"
    [ -z "$output" ]
    [ "$(nsenter --uts="$scratch/a pin" uname -n)" = paper ]
    ! [[ "$scratch/a pin" -ef /proc/self/ns/uts ]] || false
    for ns in /proc/[0-9]*/ns/uts; do
        ! [[ $ns -ef $scratch/a\ pin ]] || false
    done
    unpin "$scratch/a pin"
}

@test "pin-name.sh: what is there already is refused, and not touched" {
    run -1 uts/pin-name.sh paper "$other/file"
    [[ $output == "pin-name.sh: $other/file: already exists" && -s $other/file ]]
    run -1 uts/pin-name.sh paper "$other/dangling"
    [[ $output == *'File exists' && -L $other/dangling ]]
    uts/pin-name.sh paper "$scratch/pin"
    run -1 uts/pin-name.sh rock "$scratch/pin"
    [ "$(nsenter --uts="$scratch/pin" uname -n)" = paper ]
    unpin "$scratch/pin"
}

@test "pin-name.sh: a device is refused, and stays what it is" {
    mknod "$other/device" c 1 3
    refused 1 "pin-name.sh: $other/device: already exists" \
        uts/pin-name.sh paper "$other/device"
    [ -c "$other/device" ]
    rm "$other/device"
}

@test "pin-name.sh: a signal waits until the pin is there" {
    mkdir "$other/bin"
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nkill -TERM $PPID\nexec /usr/bin/hostname "$@"\n' \
        >"$other/bin/hostname"
    chmod +x "$other/bin/hostname"
    PATH=$other/bin:$PATH run -0 uts/pin-name.sh paper "$scratch/pin"
    run -0 nsenter --uts="$scratch/pin" uname -n
    [ "$output" = paper ]
    unpin "$scratch/pin"
}

@test "pin-name.sh: a name that hostname refuses leaves no pin and no file" {
    run -1 uts/pin-name.sh 'two words' "$scratch/pin"
    [ "$output" = 'hostname: the specified hostname is invalid' ]
    printf -v long %065d 0
    run -1 uts/pin-name.sh "$long" "$scratch/pin"
    [ "$output" = 'hostname: name too long' ]
}

@test "pin-name.sh: an ordinary user leaves no file" {
    open_scratch
    run -1 as_reader uts/pin-name.sh paper "$scratch/pin"
    [ "$output" = 'unshare: unshare failed: Operation not permitted' ]
}

@test "pin-name.sh: a wrong call prints the usage and exits 2" {
    usage='usage: pin-name.sh NAME PATH'
    refused 2 "$usage" uts/pin-name.sh
    refused 2 "$usage" uts/pin-name.sh paper
    refused 2 "$usage" uts/pin-name.sh paper a b
    refused 2 "$usage" uts/pin-name.sh -x "$scratch/pin"
    refused 2 "$usage" uts/pin-name.sh paper -pin
}
