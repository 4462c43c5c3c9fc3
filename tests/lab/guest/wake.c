/*
 * wake.c - give a restored guest what it cannot have from its state
 *
 * usage: wake TIME ENTROPY [CACHE WORK]
 *        wake -
 *
 * TIME is the time of day, in seconds: the clock stood still. ENTROPY,
 * 64 bytes, makes randomness its own: it was copied with the memory.
 * With CACHE, a cache mode of 9p, the checkout is mounted at /book, and
 * its work folder there, which can be written if WORK is rw.
 *
 * With - it reads such arguments in lines, and answers each with an
 * empty line, or with what went wrong. A guest that has it running
 * starts no process when it wakes: under emulation that is most of the
 * time.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

enum { BYTES = 64, WORDS = 4 };

static void usage(void)
{
    fputs("usage: wake TIME ENTROPY [CACHE WORK]\n       wake -\n",
          stderr);
    exit(2);
}

static void set_clock(const char *seconds)
{
    struct timespec now = {.tv_sec =
                               (time_t)strtoll(seconds, NULL, 10)};
    if (clock_settime(CLOCK_REALTIME, &now) == -1)
        err(EXIT_FAILURE, "clock_settime: %s", seconds);
}

/* Writing to /dev/urandom would mix the bytes in, but older kernels go
 * on with the old key for minutes. RNDRESEEDCRNG makes a new one at
 * once.
 */
static void reseed(const char *bytes)
{
    int fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);
    if (fd == -1)
        err(EXIT_FAILURE, "open: /dev/urandom");

    union {
        struct rand_pool_info info;
        char space[sizeof(struct rand_pool_info) + BYTES];
    } pool = {.info = {.entropy_count = BYTES * 4, .buf_size = BYTES}};
    memcpy(pool.info.buf, bytes, BYTES);
    if (ioctl(fd, RNDADDENTROPY, &pool.info) == -1)
        err(EXIT_FAILURE, "ioctl: RNDADDENTROPY");
    if (ioctl(fd, RNDRESEEDCRNG) == -1)
        err(EXIT_FAILURE, "ioctl: RNDRESEEDCRNG");
    close(fd);
}

static void mount_share(const char *name, const char *place,
                        unsigned long flags, const char *cache)
{
    char options[128];
    snprintf(options, sizeof(options),
             "trans=virtio,version=9p2000.L,msize=262144,cache=%s",
             cache);
    if (mount(name, place, "9p", flags, options) == -1)
        err(EXIT_FAILURE, "mount: %s on %s", name, place);
}

static void wake(char *words[], int count)
{
    if ((count != 2 && count != WORDS) || strlen(words[1]) != BYTES)
        usage();
    set_clock(words[0]);
    reseed(words[1]);
    if (count == WORDS) {
        mount_share("book", "/book", MS_RDONLY, words[2]);
        bool writable = strcmp(words[3], "rw") == 0;
        mount_share("work", "/book/work", writable ? 0 : MS_RDONLY,
                    "none");
    }
}

/* A line that cannot be served ends us: nobody uses such a guest. */
static void serve(void)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) != -1) {
        char *words[WORDS + 1];
        int count = 0;
        for (char *word = strtok(line, " \n"); word && count <= WORDS;
             word = strtok(NULL, " \n"))
            words[count++] = word;
        wake(words, count);
        puts("");
        if (fflush(stdout) == EOF)
            err(EXIT_FAILURE, "stdout");
    }
    free(line);
}

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "-") == 0)
        serve();
    else
        wake(argv + 1, argc - 1);
}
