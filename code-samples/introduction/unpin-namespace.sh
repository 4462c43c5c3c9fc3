#!/bin/sh
# unpin-namespace.sh - take a pin off a namespace, and remove its file
#
# usage: unpin-namespace.sh PATH
# needs: CAP_SYS_ADMIN
set -eu

if [ $# -ne 1 ] || [ "${1#-}" != "$1" ]; then
    echo 'usage: unpin-namespace.sh PATH' >&2
    exit 2
fi
path=$1

refuse() {
    echo "unpin-namespace.sh: $path: $1" >&2
    exit 1
}

# Namespaces are files of a file system of their own, nsfs.
pinned() {
    [ "$(stat -f -c %T "$path")" = nsfs ]
}

# A link may well lead to a namespace, but it pins none.
if [ -L "$path" ]; then
    refuse 'is a symbolic link'
elif ! [ -e "$path" ]; then
    refuse 'does not exist'
elif ! pinned; then
    refuse 'is not a pinned namespace'
fi

umount "$path" || exit 1

# Pins stack. Whoever made the one below may still want it.
if pinned; then
    refuse 'is still pinned, by an older pin'
fi
rm "$path"
