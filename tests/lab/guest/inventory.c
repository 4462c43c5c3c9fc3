/*
 * inventory.c - print what a test can leave behind, a thing a line
 *
 * Processes, mounts, namespaces, network devices, cgroups, System V and
 * POSIX IPC, the host name, files in /tmp and /run. Who compares the
 * lines from before and after sees what was left. We and our ancestors
 * are not among them.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <ftw.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SYS_listns
#define SYS_listns 470 /* since Linux 6.19 */
#endif

/* As ns_id_req in linux/nsfs.h, which old headers lack. */
struct request {
    uint32_t size;
    uint32_t spare;
    uint64_t ns_id;
    uint32_t ns_type;
    uint32_t spare2;
    uint64_t user_ns_id;
};

static FILE *open_proc(const char *pid, const char *name)
{
    char *path;
    if (asprintf(&path, "/proc/%s/%s", pid, name) == -1)
        err(EXIT_FAILURE, "asprintf");
    FILE *file = fopen(path, "re");
    free(path);
    return file;
}

/* Read the number after a word in a process's status file: 0 if none.
 */
static pid_t status_of(const char *pid, const char *word)
{
    char text[4096];
    FILE *file = open_proc(pid, "status");
    if (file == NULL)
        return 0;
    size_t length = fread(text, 1, sizeof(text) - 1, file);
    text[length] = '\0';
    fclose(file);
    const char *found = strstr(text, word);
    return found ? (pid_t)strtol(found + strlen(word), NULL, 10) : 0;
}

static pid_t parent_of(pid_t pid)
{
    char text[32];
    snprintf(text, sizeof(text), "%d", pid);
    return status_of(text, "\nPPid:");
}

/* Us and our ancestors but for the first process; 0 ends the list. */
static pid_t ours[64];

static void find_ours(void)
{
    size_t count = 0;
    for (pid_t pid = getpid(); pid > 1; pid = parent_of(pid))
        if (count < sizeof(ours) / sizeof(ours[0]) - 1)
            ours[count++] = pid;
}

static bool is_ours(pid_t pid)
{
    for (const pid_t *own = ours; *own != 0; own++)
        if (*own == pid)
            return true;
    return false;
}

/* A process without a command line is the kernel's. */
static void print_process(const char *pid)
{
    char text[256];
    FILE *file = open_proc(pid, "cmdline");
    if (file == NULL)
        return;
    size_t length = fread(text, 1, sizeof(text), file);
    fclose(file);
    if (length > 0 && text[length - 1] == '\0')
        length--; /* what ends the last argument */
    for (size_t i = 0; i < length; i++)
        if (!isprint((unsigned char)text[i]))
            text[i] = ' ';
    if (length > 0)
        printf("process %.*s\n", (int)length, text);
}

static void processes(void)
{
    DIR *proc = opendir("/proc");
    if (proc == NULL)
        err(EXIT_FAILURE, "opendir: /proc");
    find_ours();
    for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        if (is_ours((pid_t)strtol(entry->d_name, NULL, 10)))
            continue;
        print_process(entry->d_name);
    }
    closedir(proc);
}

/* Print the lines of a file behind a word, from a column on. */
static void lines(const char *word, const char *path, int column)
{
    char *line = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    while (getline(&line, &size, file) != -1) {
        char *from = line;
        for (int i = 0; i < column && from != NULL; i++)
            from = strchr(from + 1, ' ');
        printf("%s %s", word, from ? from : line);
    }
    free(line);
    fclose(file);
}

/* The kernel's own list, where it has one: see also census.c. */
static void namespaces(void)
{
    /* In one go: where a list would continue, a namespace may be gone.
     */
    struct request all = {.size = sizeof(all)};
    static uint64_t ids[4096];
    const long most = sizeof(ids) / sizeof(ids[0]);
    long count = syscall(SYS_listns, &all, ids, most, 0);
    if (count == -1 && errno != ENOSYS)
        err(EXIT_FAILURE, "listns");
    if (count == most)
        errx(EXIT_FAILURE, "more than %ld namespaces", most);
    for (long i = 0; i < count; i++)
        printf("namespace %ju\n", (uintmax_t)ids[i]);
}

static int print_entry(const char *path, const struct stat *about,
                       int type, struct FTW *where)
{
    static const char names[] = "?pc?d?b?-?l?s???"; /* as ls has them */
    (void)type;
    if (where->level > 0)
        printf("file %c %s\n", names[about->st_mode >> 12], path);
    return 0;
}

static int print_folder(const char *path, const struct stat *about,
                        int type, struct FTW *where)
{
    (void)about;
    (void)where;
    if (type == FTW_D)
        printf("cgroup %s\n", path);
    return 0;
}

static void devices(void)
{
    struct if_nameindex *all = if_nameindex();
    if (all == NULL)
        err(EXIT_FAILURE, "if_nameindex");
    for (struct if_nameindex *one = all; one->if_index != 0; one++)
        printf("link %s\n", one->if_name);
    if_freenameindex(all);
}

int main(void)
{
    static const char *const places[] = {"/tmp", "/run", "/dev/shm",
                                         "/dev/mqueue"};

    /* Without the numbers of mounts, which are never the same again. */
    lines("mount", "/proc/self/mountinfo", 3);
    processes();
    namespaces();
    devices();
    lines("hostname", "/proc/sys/kernel/hostname", 0);
    lines("ipc msg", "/proc/sysvipc/msg", 0);
    lines("ipc sem", "/proc/sysvipc/sem", 0);
    lines("ipc shm", "/proc/sysvipc/shm", 0);
    nftw("/sys/fs/cgroup", print_folder, 16, FTW_PHYS);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        nftw(places[i], print_entry, 16, FTW_PHYS | FTW_MOUNT);
    if (fflush(stdout) == EOF)
        err(EXIT_FAILURE, "stdout");
}
