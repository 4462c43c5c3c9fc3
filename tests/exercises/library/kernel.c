/*
 * kernel.c - what the kernel says of a process
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernel.h"
#include "lines.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80 /* since Linux 5.6 */
#endif

enum { TEXTS = 64, LENGTH = 4096, FILES = 8, SIZE = 65536 };

/* The next of the rooms for texts; the oldest text goes. */
static char *room(void)
{
    static char texts[TEXTS][LENGTH];
    static unsigned next;

    return texts[next++ % TEXTS];
}

static const char *vtext(const char *format, va_list list)
{
    char *string = room();
    vsnprintf(string, LENGTH, format, list);
    return string;
}

/* Give a function of a path the comfort of printf. */
#define FORMATTED(string, format)                                      \
    do {                                                               \
        va_list list;                                                  \
        va_start(list, format);                                        \
        (string) = vtext(format, list);                                \
        va_end(list);                                                  \
    } while (0)

const char *text(const char *format, ...)
{
    const char *string;
    FORMATTED(string, format);
    return string;
}

const char *contents(const char *format, ...)
{
    static char files[FILES][SIZE];
    static unsigned next;

    const char *path;
    FORMATTED(path, format);
    char *file = files[next++ % FILES];
    size_t length = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd != -1) {
        ssize_t count;
        while (length < SIZE - 1 &&
               (count = read(fd, file + length, SIZE - 1 - length)) > 0)
            length += (size_t)count;
        close(fd);
    }
    file[length] = '\0';
    return file;
}

const char *target(const char *format, ...)
{
    const char *path;
    FORMATTED(path, format);
    char *string = room();
    ssize_t length = readlink(path, string, LENGTH - 1);
    string[length == -1 ? 0 : length] = '\0';
    return string;
}

bool same(struct identity one, struct identity other)
{
    return one.device == other.device && one.inode == other.inode;
}

struct identity identify(const char *format, ...)
{
    const char *path;
    FORMATTED(path, format);
    struct stat file;
    if (stat(path, &file) == -1)
        return (struct identity){0};
    return (struct identity){file.st_dev, file.st_ino};
}

struct identity namespace_of(pid_t pid, const char *type)
{
    return identify("/proc/%d/ns/%s", pid, type);
}

const char *one_line(const char *string)
{
    char *line = room();
    size_t length = 0;
    bool space = false;
    for (; *string != '\0' && length < LENGTH - 3; string++) {
        if (*string == '\n' && string[1] != '\0') {
            line[length++] = ';';
            space = true;
        } else if (*string == ' ' || *string == '\t' ||
                   *string == '\n') {
            space = length > 0;
        } else {
            if (space)
                line[length++] = ' ';
            space = false;
            line[length++] = *string;
        }
    }
    line[length] = '\0';
    return line;
}

const char *status_of(pid_t pid, const char *field)
{
    const char *status = contents("/proc/%d/status", pid);
    size_t length = strlen(field);
    for (const char *line = status; line != NULL;) {
        if (strncmp(line, field, length) == 0 && line[length] == ':') {
            const char *value = line + length + 1;
            int end = (int)strcspn(value, "\n");
            return one_line(text("%.*s", end, value));
        }
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    return "";
}

const char *number_inside(pid_t pid)
{
    const char *numbers = status_of(pid, "NSpid");
    const char *last = strrchr(numbers, ' ');
    return last == NULL ? numbers : last + 1;
}

/* Undo what mountinfo does to blanks in a path: \040 and the like. */
static void unescape(char *path)
{
    char *to = path;
    for (const char *from = path; *from != '\0'; to++) {
        if (from[0] == '\\' && strspn(from + 1, "01234567") >= 3) {
            const char digits[] = {from[1], from[2], from[3], '\0'};
            *to = (char)strtoul(digits, NULL, 8);
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

/* Copy the next word of a line to a room of that size. */
static const char *word(const char *line, char *room, size_t size)
{
    line += strspn(line, " ");
    size_t length = strcspn(line, " ");
    snprintf(room, size, "%.*s", (int)length, line);
    return line + length;
}

/* Read a line of mountinfo; proc(5) has the format. */
static bool parse_mount(const char *line, struct mount *mount)
{
    char number[32];
    char *end;
    *mount = (struct mount){0};
    const char *dash = strstr(line, " - ");
    if (dash == NULL)
        return false;
    line = word(line, number, sizeof(number)); /* of the mount */
    line = word(line, number, sizeof(number)); /* of its parent */
    line = word(line, number, sizeof(number));
    unsigned major = (unsigned)strtoul(number, &end, 10);
    unsigned minor =
        *end == ':' ? (unsigned)strtoul(end + 1, NULL, 10) : 0;
    mount->device = (unsigned)makedev(major, minor);
    line = word(line, mount->root, sizeof(mount->root));
    line = word(line, mount->point, sizeof(mount->point));
    line = word(line, mount->options, sizeof(mount->options));
    if (dash > line)
        snprintf(mount->peers, sizeof(mount->peers), "%.*s",
                 (int)(dash - line - 1), line + 1);
    unescape(mount->point);
    unescape(mount->root);
    line = word(dash + 3, mount->type, sizeof(mount->type));
    word(line, mount->source, sizeof(mount->source));
    return true;
}

size_t mounts_of(pid_t pid, const struct mount **list)
{
    enum { MOST = 256, LISTS = 4 };
    static struct mount lists[LISTS][MOST];
    static unsigned next;

    struct mount *mounts = lists[next++ % LISTS];
    size_t count = 0;
    const char *rest = contents("/proc/%d/mountinfo", pid);
    for (const char *line;
         count < MOST && (line = take_line(&rest)) != NULL;)
        if (parse_mount(line, &mounts[count]))
            count++;
    *list = mounts;
    return count;
}

/* It has no list of its own: who goes through some asks for many. */
const struct mount *mounted_on(pid_t pid, const char *path)
{
    enum { FOUND = 4 };
    static struct mount all_found[FOUND];
    static unsigned next;

    struct mount *found = NULL, any;
    const char *rest = contents("/proc/%d/mountinfo", pid);
    for (const char *line; (line = take_line(&rest)) != NULL;)
        if (parse_mount(line, &any) && strcmp(any.point, path) == 0) {
            found = &all_found[next % FOUND];
            *found = any;
        }
    next++;
    return found;
}

const char *propagation(const struct mount *mount)
{
    bool shared = strstr(mount->peers, "shared:") != NULL;
    bool slave = strstr(mount->peers, "master:") != NULL;
    if (shared && slave)
        return "shared and slave";
    if (strstr(mount->peers, "unbindable") != NULL)
        return "unbindable";
    return shared ? "shared" : slave ? "slave" : "private";
}

/* The flag of clone(2) for a type. */
static int flag_of(const char *type)
{
    static const struct {
        const char *name;
        int flag;
    } TYPES[] = {
        {"cgroup", CLONE_NEWCGROUP}, {"ipc", CLONE_NEWIPC},
        {"mnt", CLONE_NEWNS},        {"net", CLONE_NEWNET},
        {"pid", CLONE_NEWPID},       {"time", CLONE_NEWTIME},
        {"user", CLONE_NEWUSER},     {"uts", CLONE_NEWUTS},
    };
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
        if (strcmp(TYPES[i].name, type) == 0)
            return TYPES[i].flag;
    return 0;
}

/* Tell whether a file is a namespace of a type: what a link reads as
 * says nothing of one that was opened by its pin. */
static bool is_namespace(const char *path, const char *type)
{
    struct identity any = namespace_of(getpid(), "net");
    if (identify("%s", path).device != any.device)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool is = fd != -1 && ioctl(fd, NS_GET_NSTYPE) == flag_of(type);
    if (fd != -1)
        close(fd);
    return is;
}

/* The net namespace of a socket of a process. */
static struct identity of_socket(pid_t pid, int fd)
{
    struct identity found = {0};
    int pidfd = pidfd_open(pid, 0);
    int copy = pidfd == -1 ? -1 : pidfd_getfd(pidfd, fd, 0);
    int ns = copy == -1 ? -1 : ioctl(copy, SIOCGSKNS);
    if (ns != -1)
        found = identify("/proc/self/fd/%d", ns);
    for (size_t i = 0; i < 3; i++)
        if ((const int[]){pidfd, copy, ns}[i] != -1)
            close((const int[]){pidfd, copy, ns}[i]);
    return found;
}

size_t held_namespaces(pid_t pid, const char *type,
                       const struct identity **list)
{
    enum { MOST = 64 };
    static struct identity held[MOST];

    size_t count = 0;
    *list = held;
    DIR *dir = opendir(text("/proc/%d/fd", pid));
    if (dir == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        const char *path = text("/proc/%d/fd/%s", pid, entry->d_name);
        struct identity socket = {0};
        if (strncmp(target("%s", path), "socket:", 7) == 0 &&
            strcmp(type, "net") == 0)
            socket = of_socket(pid, atoi(entry->d_name));
        if (count < MOST && is_namespace(path, type))
            held[count++] = identify("%s", path);
        else if (count < MOST && socket.inode != 0)
            held[count++] = socket;
    }
    closedir(dir);
    return count;
}
