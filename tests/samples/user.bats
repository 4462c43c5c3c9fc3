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

@test "map_range: where no namespace can be made, nothing is mapped or run" {
    capture no_more_namespaces user/map_range 100000 9 echo no
    [[ $status -eq 1 && -z $output ]]
    until read -r -d '' orphans </proc/1/task/1/children ||
        [ "$orphans" = "$orphans_before" ]; do
        :
    done
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

# ---- try_map ----

no='Operation not permitted'
bad='Invalid argument'

# tries EXPECTED [FILE=TEXT]...: what the kernel says to reader, joined by "; "
tries() {
    run -0 as_reader user/try_map "${@:2}"
    local IFS=';'
    [ "${lines[*]}" = "$1" ] || {
        echo "${lines[*]}"
        return 1
    }
}

@test "try_map: a uid_map with the caller's own id is taken once" {
    tries "uid_map: ok;uid_map: $no" uid_map='0 1000 1' uid_map='0 1000 1'
    tries 'uid_map: ok' uid_map='5 1000 1'
}

@test "try_map: other ids, more ids and more lines are refused" {
    tries "uid_map: $no" uid_map='0 1001 1'
    tries "uid_map: $no" uid_map='0 1000 2'
    tries "uid_map: $no" uid_map=$'0 1000 1\n1 1001 1'
}

@test "try_map: half a line is no map, and spends nothing" {
    tries "uid_map: $bad;uid_map: ok" uid_map='0 1000' uid_map='0 1000 1'
}

@test "try_map: gid_map needs setgroups denied, which stays so" {
    tries "gid_map: $no;setgroups: ok;gid_map: ok;setgroups: $no" \
        gid_map='0 1000 1' setgroups=deny gid_map='0 1000 1' setgroups=allow
}

@test "try_map: a file that cannot be opened is a failure" {
    refused 1 'try_map: open: /proc/self/uid_map: Read-only file system' \
        read_only_proc user/try_map uid_map='0 0 1'
}

@test "try_map: where no namespace can be made, nothing is written" {
    refused 1 'try_map: unshare: No space left on device' \
        no_more_namespaces user/try_map uid_map='0 0 1'
}

@test "try_map: a wrong call prints the usage and exits 2" {
    refused 2 'usage: try_map WRITE...' user/try_map
    refused 2 'usage: try_map WRITE...' user/try_map uid_map
    refused 2 'usage: try_map WRITE...' user/try_map uid_map= mem=0
}

# ---- drop_map ----

@test "drop_map: after setuid its own uid_map cannot be opened" {
    refused 1 'drop_map: open: /proc/self/uid_map: Permission denied' \
        user/drop_map 1000
}

@test "drop_map: with -d it can" {
    run -0 user/drop_map -d 1000
    [ "$output" = 'uid 0 inside, 1000 outside' ]
}

@test "drop_map: an ordinary user can become nobody else" {
    refused 1 'drop_map: setuid: Operation not permitted' \
        as_reader user/drop_map -d 7
}

@test "drop_map: where no namespace can be made, that is said" {
    refused 1 'drop_map: unshare: No space left on device' \
        no_more_namespaces user/drop_map -d 0
}

@test "drop_map: a wrong call prints the usage and exits 2" {
    for call in '' -d '-d x' x '1 2' 65536 -1; do
        # shellcheck disable=SC2086
        refused 2 'usage: drop_map [-d] UID' user/drop_map $call
    done
}

# ---- outside_id ----

@test "outside_id: the line that holds the id decides" {
    setpriv --reuid=reader --regid=reader --clear-groups \
        user/map_range 100000 65535 sleep 1000 3>&- 4>&- &
    becomes sleep $!
    run -0 user/outside_id $! 0
    [ "$output" = 1000 ]
    run -0 user/outside_id $! 1
    [ "$output" = 100000 ]
    run -0 user/outside_id $! 1000
    [ "$output" = 100999 ]
    run -0 user/outside_id $! 65535
    [ "$output" = 165534 ]
    refused 1 "outside_id: /proc/$!/uid_map: 65536 has no number here" \
        user/outside_id $! 65536
    end $!
}

@test "outside_id: of a process in the same namespace, ids are the same" {
    run -0 as_reader user/outside_id 1 7
    [ "$output" = 7 ]
}

@test "outside_id: an id that has no number here is refused" {
    refused 1 'outside_id: /proc/1/uid_map: 1000 has no number here' \
        as_reader user/map_self user/outside_id 1 1000
}

@test "outside_id: a PID that nobody has is named" {
    refused 1 'outside_id: fopen: /proc/999999999/uid_map: No such file or directory' \
        user/outside_id 999999999 0
}

@test "outside_id: a wrong call prints the usage and exits 2" {
    for call in '' 1 '1 2 3' '1 -1' 'self 1' '1 1x'; do
        # shellcheck disable=SC2086
        refused 2 'usage: outside_id PID ID' user/outside_id $call
    done
}
