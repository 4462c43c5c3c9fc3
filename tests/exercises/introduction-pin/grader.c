/*
 * grader.c - has a script pinned a namespace, and which one?
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "../library/facts.h"

static const char *path; /* of the pin */

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

static size_t pins(void)
{
    const struct mount *list;
    size_t found = 0;
    for (size_t count = mounts_of(outside(), &list); count > 0; count--)
        if (strcmp(list[count - 1].type, "nsfs") == 0)
            found++;
    return found;
}

static bool is_one(const char *unused)
{
    (void)unused;
    expected("one pin");
    observed("%zu, one on top of the other", pins());
    return pins() == 1;
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

#define LOOK "/book/work/introduction-pin.sh /tmp/pin"
#define LIMIT(n) "sysctl -qw user.max_net_namespaces=" n "; "
#define UNDO "; umount /tmp/pin; rm /tmp/pin"

static const struct fact first[] = {
    {"status", "the script ends with status 0", status_is, "0",
     LOOK "; echo $?" UNDO, "introduction-bind-mount"},
    {"pinned", "a namespace is pinned to the file", is_pinned, NULL,
     LOOK "; findmnt -t nsfs" UNDO, "introduction-bind-mount"},
    {"net", "it is a network namespace", is_net, NULL,
     LOOK "; findmnt -t nsfs" UNDO, "introduction-bind-mount"},
    {"new", "it is a new one", is_new, NULL,
     LOOK "; readlink /proc/self/ns/net; findmnt -t nsfs" UNDO,
     "introduction-scripts"},
    {"alone", "no process is left", nobody_inside, NULL,
     LOOK "; ps" UNDO, "introduction-pin"},
    {0}};

static const struct fact again[] = {
    {"refused", "a file that is pinned already is refused",
     status_is_a_failure, NULL, LOOK "; " LOOK "; echo $?" UNDO,
     "introduction-bind-mount"},
    {"once", "and nothing is mounted over the first pin", is_one, NULL,
     LOOK "; " LOOK "; findmnt -t nsfs" UNDO,
     "introduction-bind-mount"},
    {0}};

static const struct fact denied[] = {
    {"fails", "where no namespace can be made, the script fails",
     status_is_a_failure, NULL,
     LIMIT("0") LOOK "; echo $?; " LIMIT("99"), "introduction-scripts"},
    {"nothing", "and pins nothing", none_pinned, NULL,
     LIMIT("0") LOOK "; findmnt -t nsfs; " LIMIT("99"),
     "introduction-scripts"},
    {"clean", "and leaves no file", no_file, NULL,
     LIMIT("0") LOOK "; ls /tmp; " LIMIT("99"), "introduction-scripts"},
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    path = strdup(text("/tmp/%s", random_name("")));
    start(path, NULL);
    judge(first);
    start(path, NULL);
    judge(again);

    path = strdup(text("/tmp/%s", random_name("")));
    start_without(CLONE_NEWNET);
    start(path, NULL);
    judge(denied);
    return verdict();
}
