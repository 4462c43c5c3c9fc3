/*
 * remounts.c - has what is read-only made writable, and changes it
 */
#include <fcntl.h>
#include <stddef.h>
#include <sys/mount.h>
#include <unistd.h>

int main(void)
{
    static const char *const FOLDERS[] = {"/", "/book", "/book/work"};

    for (size_t i = 0; i < sizeof(FOLDERS) / sizeof(FOLDERS[0]); i++)
        mount(NULL, FOLDERS[i], NULL, MS_REMOUNT | MS_BIND, NULL);
    open("/book/work/witness", O_WRONLY | O_TRUNC | O_CLOEXEC);
    unlink("/book/work/witness");
    open("/book/work/found", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    open("/book/found", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}
