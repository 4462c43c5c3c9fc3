/*
 * mount_type.c - mount a file system, and say how that went
 *
 * usage: mount_type TYPE FOLDER [OPTIONS]
 */
#define _GNU_SOURCE
#include "answer.h"
#include <sys/mount.h>

int main(int argc, char *argv[])
{
    if (argc < 3 || argc > 4)
        usage("mount_type TYPE FOLDER [OPTIONS]");
    answer(mount(argv[1], argv[2], argv[1], 0, argv[3]));
}
