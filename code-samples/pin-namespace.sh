#!/bin/sh
# pin-namespace.sh - pin a new network namespace to a file
#
# usage: pin-namespace.sh PATH
# needs: CAP_SYS_ADMIN
set -eu

if [ $# -ne 1 ] || [ "${1#-}" != "$1" ]; then
    echo 'usage: pin-namespace.sh PATH' >&2
    exit 2
fi
path=$1

# What is there is no place for a pin, least of all another pin: mounts
# stack, and it would be hidden.
if [ -e "$path" ]; then
    echo "pin-namespace.sh: $path: already exists" >&2
    exit 1
fi

# A signal has to wait until what we began is done, or undone.
trap : HUP INT TERM

# With noclobber (-C) the shell creates a file, or fails and says why.
(set -C && : >"$path") || exit 1

# No shell runs inside. unshare becomes mount, which finds the new namespace
# as its own; without a new namespace there is no mount that could pin ours.
if ! unshare --net mount --bind /proc/self/ns/net "$path"; then
    rm "$path"
    exit 1
fi
