/*
 * mount_facts.c - ask statmount about the root mount
 *
 * usage: mount_facts MASK [FLAGS]
 *
 * "ok" means that what MASK asks for was filled in. With FLAGS the
 * mount is named by a descriptor.
 */
#define _GNU_SOURCE
#include "answer.h"
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STATMOUNT = 457 };

static int ask(unsigned int mask, unsigned int flags)
{
    struct {
        uint32_t size, fd;
        uint64_t id, mask, ns;
    } request = {.size = flags ? 32 : 24, .mask = mask};
    union {
        struct {
            uint32_t size, options;
            uint64_t mask;
        } head;
        char space[4096];
    } found;
    struct statx root;

    if (flags) {
        request.fd =
            (uint32_t)must(open("/", O_PATH | O_CLOEXEC), "open: /");
    } else {
        /* STATX_MNT_ID_UNIQUE, since Linux 6.8 */
        must(statx(AT_FDCWD, "/", 0, 0x4000, &root), "statx");
        request.id = root.stx_mnt_id;
    }
    if (syscall(STATMOUNT, &request, &found, sizeof(found), flags) ==
        -1)
        return -1;
    errno = ENODATA;
    return (found.head.mask & mask) == mask ? 0 : -1;
}

int main(int argc, char *argv[])
{
    if (argc < 2 || argc > 3)
        usage("mount_facts MASK [FLAGS]");
    answer(
        ask((unsigned int)strtoul(argv[1], NULL, 0),
            argc == 3 ? (unsigned int)strtoul(argv[2], NULL, 0) : 0));
}
