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

refuse() {
    echo "pin-namespace.sh: $path: $1" >&2
    exit 1
}

# A second pin would hide the first one: mounts stack.
if [ -L "$path" ]; then
    refuse 'is a symbolic link'
elif [ -d "$path" ]; then
    refuse 'is a directory'
elif [ -e "$path" ] && [ "$(stat -f -c %T "$path")" = nsfs ]; then
    refuse 'is already pinned'
elif [ -e "$path" ]; then
    refuse 'already exists'
elif ! [ -d "$(dirname "$path")" ]; then
    refuse 'the directory does not exist'
fi

# With noclobber (-C) the shell creates a file, or fails and says why.
(set -C && : >"$path") || exit 1

# No shell runs inside. unshare becomes mount, which finds the new namespace
# as its own; without a new namespace there is no mount that could pin ours.
if ! "$(dirname "$0")/unshare" mount --bind /proc/self/ns/net "$path"; then
    rm -f "$path"
    exit 1
fi
