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

# Namespaces are files of a file system of their own, nsfs. Where the
# path cannot be asked, stat says why.
type_of_file() {
    stat -f -c %T "$path" || exit 1
}

# A link may well lead to a namespace, but it pins none.
[ ! -L "$path" ] || refuse 'is a symbolic link'
type=$(type_of_file)
[ "$type" = nsfs ] || refuse 'is not a pinned namespace'
umount "$path" || exit 1

# Pins stack. Whoever made the one below may still want it.
type=$(type_of_file)
[ "$type" != nsfs ] || refuse 'is still pinned, by an older pin'
rm "$path"
