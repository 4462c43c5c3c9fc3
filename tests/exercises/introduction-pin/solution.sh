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

#ifdef STARTER
touch "$path"
unshare --net true
mount --bind "/proc/$$/ns/net" "$path"
#else
# A second pin would hide the first one. With noclobber the shell makes
# a file that was not there, or fails.
(set -C && : >"$path") || exit 1

# mount runs in the new namespace, so /proc/self is in it.
if ! unshare --net mount --bind /proc/self/ns/net "$path"; then
    rm -f "$path"
    exit 1
fi
#endif
