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

# A pin that is there already is never hidden by a second one.
if [ -e "$path" ]; then
    echo "pin-name.sh: $path: already exists" >&2
    exit 1
fi

# A signal has to wait until what we began is done, or undone.
trap : HUP INT TERM

# With noclobber (-C) the shell creates a file, or fails and says why.
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
