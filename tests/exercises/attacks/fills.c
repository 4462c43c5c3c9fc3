/*
 * fills.c - writes all file systems full that let it
 */
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

int main(void)
{
    static const char *const FILES[] = {
        "/tmp/full",  "/dev/shm/full",   "/run/full",
        "/home/full", "/book/work/full", "/full"};
    static char block[65536];

    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        int fd = open(FILES[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        while (fd != -1 && write(fd, block, sizeof(block)) > 0)
            ;
    }
}
