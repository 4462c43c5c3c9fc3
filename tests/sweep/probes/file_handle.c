/*
 * file_handle.c - open a namespace by its file handle
 *
 * usage: file_handle
 */
#define _GNU_SOURCE
#include "answer.h"
#include <fcntl.h>

enum { NSFS_ROOT = -10003 }; /* FD_NSFS_ROOT, since Linux 6.18 */

int main(int argc, char *argv[])
{
    union {
        struct file_handle handle;
        char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
    } found = {.handle.handle_bytes = MAX_HANDLE_SZ};
    int mount;
    if (argc != 1 || !argv[0])
        usage("file_handle");

    if (name_to_handle_at(AT_FDCWD, "/proc/self/ns/net", &found.handle,
                          &mount, AT_SYMLINK_FOLLOW) == -1)
        answer(-1);
    else
        answer(open_by_handle_at(NSFS_ROOT, &found.handle,
                                 O_RDONLY | O_CLOEXEC));
}
