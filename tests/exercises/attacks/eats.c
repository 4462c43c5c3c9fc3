/*
 * eats.c - takes all the memory there is
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/mman.h>

int main(void)
{
    enum { BLOCK = 1048576 };
    for (;;)
        (void)mmap(NULL, BLOCK, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
}
