#!/bin/sh
# introduction-pin.sh - pin a new network namespace to a file
#
# usage: introduction-pin.sh PATH
# needs: CAP_SYS_ADMIN
set -u

if [ $# -ne 1 ] || [ "${1#-}" != "$1" ]; then
    echo 'usage: introduction-pin.sh PATH' >&2
    exit 2
fi
path=$1

touch "$path"
unshare --net true
mount --bind "/proc/$$/ns/net" "$path"
