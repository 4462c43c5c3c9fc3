#!/bin/sh
# pin-name.sh - pin a new UTS namespace, with a host name of its own
#
# usage: pin-name.sh NAME PATH
# needs: CAP_SYS_ADMIN
set -eu

if [ $# -ne 2 ] || [ "${1#-}" != "$1" ] || [ "${2#-}" != "$2" ]; then
    echo 'usage: pin-name.sh NAME PATH' >&2
    exit 2
fi
name=$1
path=$2

# With noclobber (-C) the shell creates a file, or fails and says why. A
# pin that is there already is never hidden by a second one.
(set -C && : >"$path") || exit 1

# unshare pins first, then becomes hostname. Whichever of them fails, what
# there is of a pin goes.
if ! unshare --uts="$path" hostname "$name"; then
    if mountpoint -q "$path"; then
        umount "$path"
    fi
    rm "$path"
    exit 1
fi
