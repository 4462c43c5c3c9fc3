/*
 * grader.c - has a script pinned a namespace, and which one?
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../library/facts.h"

/* A folder with something in it, and the path of the pin there. */
static const char FOLDER[] = "/tmp/folder";
static const char *path;

/* The namespace that is mounted on the path, {0, 0} if none is. */
static struct identity pinned(void)
{
    const struct mount *mount = mounted_on(outside(), path);
    if (mount == NULL || strcmp(mount->type, "nsfs") != 0)
        return (struct identity){0};
    return identify("%s", in_sandbox(path));
}

static bool is_pinned(const char *unused)
{
    (void)unused;
    const struct mount *mount = mounted_on(outside(), path);
    expected("a mount of type nsfs on %s", path);
    if (mount == NULL)
        observed("nothing is mounted there");
    else
        observed("%s, of type %s", mount->root, mount->type);
    return pinned().inode != 0;
}

static bool is_net(const char *unused)
{
    (void)unused;
    const struct mount *mount = mounted_on(outside(), path);
    expected("net:[...]");
    observed("%s", mount == NULL ? "no mount" : mount->root);
    return mount != NULL && strncmp(mount->root, "net:", 4) == 0;
}

static bool is_new(const char *unused)
{
    (void)unused;
    struct identity machine = namespace_of(outside(), "net");
    struct identity pin = pinned();
    expected("another than the machine's, net:[%ju]",
             (uintmax_t)machine.inode);
    observed("net:[%ju]", (uintmax_t)pin.inode);
    return !same(pin, machine);
}

static bool nobody_inside(const char *unused)
{
    (void)unused;
    const pid_t *list;
    size_t count = processes(&list);
    expected("no process of the script's, in the namespace or outside");
    for (size_t i = 0; i < count; i++)
        observed("%s still runs", status_of(list[i], "Name"));
    return count == 0;
}

/* What lies in the folder of the pin, name by name. */
static const char *files(void)
{
    const char *names = "";
    DIR *dir = opendir(in_sandbox(FOLDER));
    if (dir == NULL)
        return names;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        names = text("%s%s ", names, entry->d_name);
    closedir(dir);
    return names;
}

static const char *files_before;
static struct identity pinned_before;

static bool is_the_same_pin(const char *unused)
{
    (void)unused;
    expected("net:[%ju], as before", (uintmax_t)pinned_before.inode);
    observed("net:[%ju]", (uintmax_t)pinned().inode);
    return same(pinned(), pinned_before);
}

static bool no_new_file(const char *unused)
{
    (void)unused;
    expected("in %s, what was there before: %s", FOLDER, files_before);
    observed("%s", files());
    return strcmp(files(), files_before) == 0;
}

static bool is_one(const char *unused)
{
    (void)unused;
    const struct mount *list;
    size_t count = mounts_of(outside(), &list), pins = 0;
    const char *paths = "";
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].type, "nsfs") == 0)
            paths = text("%s%s %s", paths, pins++ == 0 ? "" : " and",
                         list[i].point);
    expected("one pin, on %s", path);
    observed("%zu: on%s", pins, paths);
    return pins == 1;
}

static bool another_is_pinned(const char *unused)
{
    if (!is_pinned(unused))
        return false;
    expected("another than the first one, net:[%ju]",
             (uintmax_t)pinned_before.inode);
    observed("net:[%ju]", (uintmax_t)pinned().inode);
    return is_net(unused) && is_new(unused) &&
           !same(pinned(), pinned_before);
}

static bool none_pinned(const char *unused)
{
    (void)unused;
    const struct mount *mount = mounted_on(outside(), path);
    expected("no mount on %s", path);
    observed("%s", mount == NULL ? "none" : mount->root);
    return mount == NULL;
}

static bool no_file(const char *unused)
{
    (void)unused;
    expected("no file %s", path);
    observed("it is there");
    return access(in_sandbox(path), F_OK) == -1;
}

/* By a socket, so that its number is not given to another one; a file
 * that is open would hold the mount. */
static void hold_pinned(void)
{
    int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int pin = open(in_sandbox(path), O_RDONLY | O_CLOEXEC);
    if (pinned().inode != 0 && setns(pin, CLONE_NEWNET) == 0)
        (void)socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (home == -1 || setns(home, CLONE_NEWNET) == -1)
        err(3, "setns");
    close(home);
    close(pin);
}

#define LOOK "/book/work/introduction-pin.sh /tmp/pin"
#define BESIDE_IT                                                      \
    "(cd /tmp; /book/work/introduction-pin.sh 'pin %d'; echo $?; "     \
    "findmnt -lno TARGET -t nsfs; umount -q pin*)"
#define UNDO "; umount -q /tmp/pin /tmp/pin; rm -f /tmp/pin*"

static const struct fact first[] = {
    {"status", "the script ends with status 0", status_is, "0",
     "strace -qq -e none -e signal=none " LOOK "; echo $?" UNDO,
     "introduction-bind-mount"},
    {"pinned", "a namespace is pinned to the file", is_pinned, NULL,
     LOOK "; findmnt -t nsfs" UNDO, "introduction-bind-mount"},
    {"net", "it is a network namespace", is_net, NULL,
     LOOK "; findmnt -t nsfs" UNDO, "introduction-bind-mount"},
    {"new", "it is a new one", is_new, NULL,
     LOOK "; readlink /proc/self/ns/net; findmnt -t nsfs" UNDO,
     "introduction-scripts"},
    {"alone", "no process is left", nobody_inside, NULL,
     LOOK "; ps T -o args=" UNDO, "introduction-pin"},
    {0}};

static const struct fact again[] = {
    {"refused", "a file that is pinned already is refused",
     status_is_a_failure, NULL, LOOK "; " LOOK "; echo $?" UNDO,
     "introduction-bind-mount"},
    {"once", "and nothing is mounted over the first pin", is_one, NULL,
     LOOK "; " LOOK "; findmnt -t nsfs" UNDO,
     "introduction-bind-mount"},
    {"kept", "which is still the one that it was", is_the_same_pin,
     NULL, LOOK "; findmnt -t nsfs; " LOOK "; findmnt -t nsfs" UNDO,
     "introduction-bind-mount"},
    {"rest", "and what else lies in the folder", no_new_file, NULL,
     "mkdir /tmp/empty; " LOOK "; " LOOK "; rmdir /tmp/empty" UNDO,
     "introduction-scripts"},
    {0}};

static const struct fact beside[] = {
    {"beside", "a second one is pinned, by a path from where you are",
     another_is_pinned, NULL, LOOK "; " BESIDE_IT UNDO,
     "introduction-pin"},
    {0}};

static const struct fact denied[] = {
    {"fails", "where no namespace can be made, the script fails",
     status_is_a_failure, NULL, WITHOUT("net", LOOK "; echo $?" UNDO),
     "introduction-scripts"},
    {"nothing", "and pins nothing", none_pinned, NULL,
     WITHOUT("net", LOOK "; findmnt -t nsfs" UNDO),
     "introduction-scripts"},
    {"clean", "and leaves no file", no_file, NULL,
     WITHOUT("net", LOOK "; ls /tmp" UNDO), "introduction-scripts"},
    {"folder", "nor any other trace in the folder", no_new_file, NULL,
     WITHOUT("net", LOOK "; ls /tmp" UNDO), "introduction-scripts"},
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    if (mkdir(in_sandbox(FOLDER), 0755) == -1 ||
        mkdir(in_sandbox("/tmp/folder/other"), 0755) == -1)
        err(3, "mkdir: %s", FOLDER);
    path = strdup(text("%s/%s", FOLDER, random_name("")));
    start(path, NULL);
    judge(first);
    hold_pinned();
    pinned_before = pinned();
    files_before = strdup(files());
    start(path, NULL);
    judge(again);

    /* A script is started in /tmp, and a shell is fond of blanks. */
    path = strdup(text("%s/a  b*\\n%%d%s", FOLDER, random_name("")));
    start(path + strlen("/tmp/"), NULL);
    judge(beside);
    files_before = strdup(files());

    path = strdup(text("%s/%s", FOLDER, random_name("")));
    start_without(CLONE_NEWNET);
    start(path, NULL);
    judge(denied);
    return verdict();
}
