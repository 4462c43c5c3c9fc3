#!/usr/bin/env bats
# user.bats - checks code-samples/user, shown in docs/user.rst
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load helper

# One line a map, its blanks made single: what reader's samples must write.
one='0 1000 1'
range=$'0 1000 1\n1 100000 65535'

# maps PID: the two maps of a process, blanks made single, a "|" between
maps() {
    local file line
    for file in uid_map gid_map; do
        while read -r -a line; do
            echo "${line[*]}"
        done <"/proc/$1/$file"
        echo '|'
    done
}
export -f maps

# ---- map_self ----

@test "map_self: 0 inside is the caller outside, for users and groups" {
    run -0 as_reader user/map_self bash -c 'maps self'
    [ "$output" = "$one"$'\n|\n'"$one"$'\n|' ]
    run -0 as_reader user/map_self id -u
    [ "$output" = 0 ]
    run -0 setpriv --reuid=7 --regid=8 --clear-groups user/map_self bash -c 'maps self'
    [ "$output" = $'0 7 1\n|\n0 8 1\n|' ]
}

@test "map_self: setgroups is denied" {
    run -0 as_reader user/map_self cat /proc/self/setgroups
    [ "$output" = deny ]
}

@test "map_self: the command has all capabilities of the new namespace" {
    run -0 as_reader user/map_self sed -n 's/^CapEff:\t*//p' /proc/self/status
    [[ $output =~ ^0*[137]?f+$ ]]
}

@test "map_self: every other namespace stays shared" {
    links=(/proc/self/ns/{cgroup,ipc,mnt,net,pid,time,uts})
    run -0 user/map_self readlink "${links[@]}"
    [ "$output" = "$(readlink "${links[@]}")" ]
    run -0 user/map_self readlink /proc/self/ns/user
    [ "$output" != "$(readlink /proc/self/ns/user)" ]
}

@test "map_self: arguments and status are the command's" {
    run -0 as_reader user/map_self printf '%s|' one 'two words' ''
    [ "$output" = 'one|two words||' ]
    run -7 as_reader user/map_self sh -c 'exit 7'
    refused 127 'map_self: /no/such/command: No such file or directory' \
        user/map_self /no/such/command
    refused 126 'map_self: /etc/passwd: Permission denied' \
        user/map_self /etc/passwd
}

@test "map_self: where no namespace can be made, nothing runs" {
    refused 1 'map_self: unshare: No space left on device' \
        no_more_namespaces user/map_self echo no
}

@test "map_self: a map that the kernel refuses is named" {
    refused 1 'map_self: open: /proc/self/uid_map: Read-only file system' \
        read_only_proc user/map_self echo no
}

@test "map_self: a wrong call prints the usage and exits 2" {
    refused 2 'usage: map_self COMMAND [ARG]...' user/map_self
    refused 2 'usage: map_self COMMAND [ARG]...' user/map_self -r id
}

# no_more_namespaces COMMAND [ARG]...: run where user namespaces are used up
no_more_namespaces() {
    unshare --user --map-root-user bash -c \
        'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"' bash "$@"
}

# read_only_proc COMMAND [ARG]...: run where nothing in /proc can be written
read_only_proc() {
    unshare --mount bash -c \
        'mount -o bind,ro /proc /proc && exec "$@"' bash "$@"
}

# ---- map_range ----

@test "map_range: 0 is the caller, the others are subordinate ids" {
    run -0 as_reader user/map_range 100000 65535 bash -c 'maps self'
    [ "$output" = "$range"$'\n|\n'"$range"$'\n|' ]
}

@test "map_range: the range is what was asked for" {
    run -0 as_reader user/map_range 100007 3 bash -c 'maps self'
    [ "$output" = $'0 1000 1\n1 100007 3\n|\n0 1000 1\n1 100007 3\n|' ]
}

@test "map_range: a file of id 1000 inside is 100999's outside" {
    open_scratch
    run -0 as_reader user/map_range 100000 65535 \
        install -o 1000 -g 1000 /dev/null "$scratch/file"
    [ "$(stat -c %u:%g "$scratch/file")" = 100999:100999 ]
    rm "$scratch/file"
}

@test "map_range: who has no such ids is told so, and nothing runs" {
    capture as_reader user/map_range 200000 10 echo no
    [[ $status -eq 1 && -z $output ]]
    [ "$stderr" = 'newuidmap: uid range [1-11) -> [200000-200010) not allowed' ]
}

@test "map_range: a tool that is missing is named, and nothing runs" {
    capture as_reader env PATH=/nowhere user/map_range 100000 9 /bin/echo no
    [[ $status -eq 1 && -z $output ]]
    [ "$stderr" = 'map_range: newuidmap: No such file or directory' ]
}

@test "map_range: a tool that is killed is named, and nothing runs" {
    open_scratch
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nkill -KILL $$\n' >"$scratch/newuidmap"
    chmod 755 "$scratch/newuidmap"
    capture as_reader env PATH="$scratch:$PATH" user/map_range 100000 9 echo no
    [[ $status -eq 1 && -z $output ]]
    [ "$stderr" = 'map_range: newuidmap: Killed' ]
    rm "$scratch/newuidmap"
}

@test "map_range: what is no number, or no id, is said before a tool sees it" {
    for word in abc 1x -1 ' 1' ''; do
        refused 2 "map_range: $word: not a number" user/map_range 1 "$word" echo no
    done
    refused 2 'map_range: abc: not a number' user/map_range abc 1 echo no
    for word in 4294967295 4294967296 99999999999999999999; do
        refused 2 "map_range: $word: larger than any id" \
            user/map_range "$word" 9 echo no
    done
    refused 2 'map_range: 9 from 4294967290 on: larger than any id' \
        user/map_range 4294967290 9 echo no
}

@test "map_range: where no namespace can be made, nothing is mapped or run" {
    capture no_more_namespaces user/map_range 100000 9 echo no
    [[ $status -eq 1 && -z $output ]]
    settled
    captured # with what the helper said, too
    [ "$stderr" = 'map_range: unshare: No space left on device' ]
}

@test "map_range: no descriptor reaches the command" {
    run -0 bash -c 'echo /proc/self/fd/*'
    before=$output
    run -0 as_reader user/map_range 100000 9 bash -c 'echo /proc/self/fd/*'
    [ "$output" = "$before" ]
}

@test "map_range: status is the command's" {
    run -7 as_reader user/map_range 100000 9 sh -c 'exit 7'
    refused 127 'map_range: /no/such/command: No such file or directory' \
        as_reader user/map_range 100000 9 /no/such/command
    refused 126 'map_range: /etc/passwd: Permission denied' \
        as_reader user/map_range 100000 9 /etc/passwd
}

@test "map_range: a wrong call prints the usage and exits 2" {
    usage='usage: map_range FIRST COUNT COMMAND [ARG]...'
    refused 2 "$usage" user/map_range
    refused 2 "$usage" user/map_range 100000 9
    refused 2 "$usage" user/map_range -c 9 id
}

# ---- write_maps ----

no='Operation not permitted'
bad='Invalid argument'

# tries EXPECTED [FILE=TEXT]...: what the kernel says to reader, joined by "; "
tries() {
    run -0 as_reader user/write_maps "${@:2}"
    local IFS=';'
    [ "${lines[*]}" = "$1" ] || {
        echo "${lines[*]}"
        return 1
    }
}

@test "write_maps: a uid_map with the caller's own id is taken once" {
    tries "uid_map: ok;uid_map: $no" uid_map='0 1000 1' uid_map='0 1000 1'
    tries 'uid_map: ok' uid_map='5 1000 1'
}

@test "write_maps: other ids, more ids and more lines are refused" {
    tries "uid_map: $no" uid_map='0 1001 1'
    tries "uid_map: $no" uid_map='0 1000 2'
    tries "uid_map: $no" uid_map=$'0 1000 1\n1 1001 1'
}

@test "write_maps: half a line is no map, and spends nothing" {
    tries "uid_map: $bad;uid_map: ok" uid_map='0 1000' uid_map='0 1000 1'
}

@test "write_maps: gid_map needs setgroups denied, which stays so" {
    tries "gid_map: $no;setgroups: ok;gid_map: ok;setgroups: $no" \
        gid_map='0 1000 1' setgroups=deny gid_map='0 1000 1' setgroups=allow
}

@test "write_maps: a file that cannot be opened is a failure" {
    refused 1 'write_maps: open: /proc/self/uid_map: Read-only file system' \
        read_only_proc user/write_maps uid_map='0 0 1'
}

@test "write_maps: where no namespace can be made, nothing is written" {
    refused 1 'write_maps: unshare: No space left on device' \
        no_more_namespaces user/write_maps uid_map='0 0 1'
}

@test "write_maps: a wrong call prints the usage and exits 2" {
    refused 2 'usage: write_maps WRITE...' user/write_maps
    refused 2 'usage: write_maps WRITE...' user/write_maps uid_map
    refused 2 'usage: write_maps WRITE...' user/write_maps uid_map= mem=0
}

# ---- drop_root ----

@test "drop_root: after setuid its own uid_map cannot be opened" {
    refused 1 'drop_root: open: /proc/self/uid_map: Permission denied' \
        user/drop_root 1000
}

@test "drop_root: with -d it can" {
    run -0 user/drop_root -d 1000
    [ "$output" = 'uid 0 inside, 1000 outside' ]
    run -0 user/drop_root -d -- 1000
}

@test "drop_root: groups, group and user are given up, in this order" {
    run -0 strace -e trace=setgroups,setgid,setuid user/drop_root -d 1000
    [[ $output == *'setgroups(0, NULL)'*'setgid(1000)'*'setuid(1000)'* ]]
}

@test "drop_root: every id is legal but the last number" {
    run -0 user/drop_root -d 4294967294
    [ "$output" = 'uid 0 inside, 4294967294 outside' ]
    for id in 4294967295 4294967296 18446744073709551617; do
        refused 2 "drop_root: $id: larger than any id" user/drop_root -d "$id"
    done
}

@test "drop_root: an ordinary user can become nobody else" {
    refused 1 'drop_root: setgroups: Operation not permitted' \
        as_reader user/drop_root -d 7
    refused 1 'drop_root: setuid: Operation not permitted' \
        setpriv --bounding-set=-setuid user/drop_root -d 7
    refused 1 'drop_root: setgid: Operation not permitted' strace --output=/dev/null \
        --trace=setgid --inject=setgid:error=EPERM user/drop_root -d 7
}

@test "drop_root: where no namespace can be made, that is said" {
    local limit=/proc/sys/user/max_user_namespaces before
    read -r before <$limit
    echo 0 >$limit
    capture user/drop_root -d 0
    echo "$before" >$limit
    [[ $status -eq 1 && $stderr == 'drop_root: unshare: No space left on device' ]]
}

@test "drop_root: a wrong call prints the usage and exits 2" {
    for call in '' -d '-d x' '-d -d 1' x '1 2' 1x -1 -x; do
        # shellcheck disable=SC2086
        refused 2 'usage: drop_root [-d] UID' user/drop_root $call
    done
}

# ---- translate_id ----

@test "translate_id: the line that holds the id decides" {
    setpriv --reuid=reader --regid=reader --clear-groups \
        user/map_range 100000 65535 sleep 1000 3>&- 4>&- &
    becomes sleep $!
    run -0 user/translate_id $! 0
    [ "$output" = 1000 ]
    run -0 user/translate_id $! 1
    [ "$output" = 100000 ]
    run -0 user/translate_id $! 1000
    [ "$output" = 100999 ]
    run -0 user/translate_id $! 65535
    [ "$output" = 165534 ]
    refused 1 "translate_id: /proc/$!/uid_map: 65536 has no number here" \
        user/translate_id $! 65536
    end $!
}

@test "translate_id: of a process in the same namespace it is in the map's own words" {
    run -0 as_reader bash -c 'user/translate_id $$ 7'
    [ "$output" = 7 ]
    run -0 as_reader user/map_self bash -c 'user/translate_id $$ 0'
    [ "$output" = 1000 ]
}

@test "translate_id: an id that cannot be told from here is refused" {
    refused 1 'translate_id: /proc/1/uid_map: 1000 cannot be told from here' \
        as_reader user/map_self user/translate_id 1 1000
}

# namespace MAP: a process in a new user namespace with that map; its PID is $member
namespace() {
    member --user
    env printf '%s\n' "$1" >"/proc/$member/uid_map" # in one write
}

@test "translate_id: beside our own namespace a line may have gaps, and is not asked" {
    namespace '0 100000 10'
    local beside=$member
    namespace $'0 100000 1\n1 100005 5'
    for id in 0 1 5; do # 1 is nobody here, and 5 is 1
        refused 1 "translate_id: stat: /proc/$beside/ns/user: Permission denied" \
            nsenter --user="/proc/$member/ns/user" --preserve-credentials \
            user/translate_id "$beside" "$id"
    done
    end "$member"
    end "$beside"
}

@test "translate_id: a PID that nobody has, or that may not be asked, is named" {
    refused 1 'translate_id: fopen: /proc/999999999/uid_map: No such file or directory' \
        user/translate_id 999999999 0
    refused 1 'translate_id: stat: /proc/1/ns/user: Permission denied' \
        as_reader user/translate_id 1 0
}

@test "translate_id: a wrong call prints the usage and exits 2" {
    for call in '' 1 '1 2 3' '-1 1'; do
        # shellcheck disable=SC2086
        refused 2 'usage: translate_id PID ID' user/translate_id $call
    done
}

@test "translate_id: what is no id is refused, and never another one" {
    for id in '' -1 1x ' 1' +1; do
        refused 2 "translate_id: $id: not a number" user/translate_id 1 "$id"
    done
    for id in 4294967295 4294967296 18446744073709551617; do
        refused 2 "translate_id: $id: larger than any id" user/translate_id 1 "$id"
    done
}
