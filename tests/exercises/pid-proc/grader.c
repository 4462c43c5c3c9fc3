/*
 * grader.c - has a command a /proc of its own pid namespace?
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../library/facts.h"

static const char *in_proc(const char *name)
{
    return text("/proc/%d/root/proc/%s", command(), name);
}

/* The device of the machine's, before a program can cover it. */
static dev_t machines;

static bool proc_is_another(const char *unused)
{
    (void)unused;
    struct statfs there;
    expected("a proc on /proc that is not the machine's");
    observed("the machine's");
    if (identify("%s", in_proc("")).device == machines)
        return false;
    const struct mount *mount = mounted_on(command(), "/proc");
    observed("%s", mount == NULL ? "no mount" : mount->type);
    return statfs(in_proc(""), &there) == 0 &&
           there.f_type == PROC_SUPER_MAGIC;
}

/* A folder of that proc, bound over itself, is the same folder. */
static bool is_bound_over_itself(const struct mount *mount)
{
    const struct mount *proc = mounted_on(command(), "/proc");
    return mount->device == proc->device &&
           strncmp(mount->options, proc->options, 2) == 0 &&
           strcmp(mount->root, mount->point + strlen("/proc")) == 0;
}

static bool is_mounted_outside(const struct mount *mount)
{
    const struct mount *there = mounted_on(outside(), mount->point);
    return there != NULL && there->device == mount->device &&
           strcmp(there->root, mount->root) == 0;
}

/* By the number that the command has in its namespace. */
static bool proc_is_the_namespaces(const char *unused)
{
    (void)unused;
    const char *number = number_inside(command());
    struct identity has =
        identify("%s", in_proc(text("%s/ns/pid", number)));
    expected("process %s on /proc: the command", number);
    observed(has.inode == 0 ? "none of that number"
                            : "a process of another pid namespace");
    return same(has, namespace_of(command(), "pid"));
}

/* A mount below it hides a file, or takes its place. */
static bool nothing_covers_it(void)
{
    const struct mount *list;
    for (size_t count = mounts_of(command(), &list); count > 0; count--)
        if (strncmp(list[count - 1].point, "/proc/", 6) == 0 &&
            !is_bound_over_itself(&list[count - 1]) &&
            !is_mounted_outside(&list[count - 1])) {
            observed("%s is mounted on %s", list[count - 1].type,
                     list[count - 1].point);
            return false;
        }
    return true;
}

/* Root may write any of them, unless the mount is read-only. */
static bool can_be_written(void)
{
    expected("a proc that can be written, as the machine's can");
    observed("it is read-only");
    return access(in_proc("version"), W_OK) == 0 ||
           access(in_sandbox("/proc/version"), W_OK) == -1;
}

static bool proc_is_whole(const char *unused)
{
    (void)unused;
    bool whole = true;
    expected(
        "all the names that are no numbers on the machine's /proc");
    DIR *machines = opendir(in_sandbox("/proc"));
    if (machines == NULL)
        return false;
    for (struct dirent *entry;
         whole && (entry = readdir(machines)) != NULL;) {
        const char *name = entry->d_name;
        if (isdigit((unsigned char)name[0]))
            continue;
        observed("no /proc/%s", name);
        whole = faccessat(AT_FDCWD, in_proc(name), F_OK,
                          AT_SYMLINK_NOFOLLOW) == 0;
    }
    closedir(machines);
    return whole && nothing_covers_it() && can_be_written();
}

static bool is_of_proc(const struct mount *mount)
{
    return strcmp(mount->point, "/proc") == 0 ||
           strncmp(mount->point, "/proc/", 6) == 0;
}

/* The topmost mount on a place in a list, NULL where none is. */
static const struct mount *top(const char *point,
                               const struct mount *list, size_t count)
{
    while (count > 0)
        if (strcmp(list[--count].point, point) == 0)
            return &list[count];
    return NULL;
}

static bool is_the_same(const struct mount *one,
                        const struct mount *other)
{
    return one != NULL && one->device == other->device &&
           strcmp(one->root, other->root) == 0;
}

/* Is each mount of one list topmost in the other, too, if it is here?
 */
static bool has_all(const struct mount *in, size_t has,
                    const struct mount *of, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct mount *found = top(of[i].point, in, has);
        if (is_of_proc(&of[i]) || top(of[i].point, of, count) != &of[i])
            continue;
        observed("%s on %s differs", of[i].type, of[i].point);
        if (!is_the_same(found, &of[i]))
            return false;
        observed("%s on %s is %s, and was %s", of[i].type, of[i].point,
                 found->options, of[i].options);
        if (strcmp(found->options, of[i].options) != 0)
            return false;
    }
    return true;
}

static bool other_mounts_are_the_same(const char *unused)
{
    (void)unused;
    const struct mount *inner, *outer;
    size_t inside_count = mounts_of(command(), &inner);
    size_t outside_count = mounts_of(outside(), &outer);
    expected("the same mounts as outside, /proc excepted");
    return has_all(inner, inside_count, outer, outside_count) &&
           has_all(outer, outside_count, inner, inside_count);
}

#define LOOK "/book/work/pid-proc "
#define READ "pid-proc"
#define CLONE "introduction-clone"

static const struct fact running[] = {
    RUNNING_FACTS(LOOK, "introduction-unshare"),
    NEW_FACT(LOOK, "pid", "pid-children"),
    {"mounts", "and in a new mnt namespace", in_new, "mnt",
     NAMESPACE(LOOK, "mnt"), READ},
    {"fresh", "its /proc is not the machine's", proc_is_another, NULL,
     LOOK "readlink /proc/self", READ},
    {"fits", "and has the processes of its own pid namespace",
     proc_is_the_namespaces, NULL, LOOK "readlink /proc/self", READ},
    {"whole", "and all other files that the machine's has",
     proc_is_whole, NULL,
     "diff <(ls /proc) <(" LOOK "ls /proc) | grep '[a-z]$'; " LOOK
     "findmnt -lno TARGET,VFS-OPTIONS | grep ^/proc",
     READ},
    {"elsewhere", "all other mounts are what they were",
     other_mounts_are_the_same, NULL,
     LOOK "findmnt -lno TARGET,FSTYPE,OPTIONS", "mnt-copy"},
    {"leak", "outside nothing is mounted, or unmounted", no_mount_left,
     NULL, LOOK "true; ls -d /proc/self/. || umount /proc", "mnt-leak"},
    {"out", "nor is seen outside what the command mounts, anywhere",
     no_mount_gets_out, NULL,
     COVERED(LOOK "findmnt -lno TARGET,PROPAGATION"), "mnt-peers"},
    IDS_FACT(LOOK),
    {"user", "and in the user namespace that it was called in", in_same,
     "user", NAMESPACE(LOOK, "user"), "user-maps"},
    CLOSED_FACT(LOOK),
    CHILDREN_FACT(LOOK),
    {"waits", "your program waits for the command", program_waits, NULL,
     LOOK "sh -c 'sleep 1; echo first'; echo then", CLONE},
    {0}};

static const struct fact after[] = {AFTER_FACTS(LOOK, CLONE), {0}};

static const struct fact found[] = {PATH_FACT(LOOK), {0}};
static const struct fact killed[] = {KILLED_FIRST_FACT(LOOK), {0}};
static const struct fact absent[] = {ABSENT_FACT(LOOK), {0}};
static const struct fact denied[] = {
    DENIED_FACTS(WITHOUT("mnt", RUNS(LOOK)),
                 WITHOUT("mnt", UNCHANGED(LOOK))),
    {0}};

/* Only who has ended will run nothing any more. */
static bool fails_and_runs_nothing(const char *unused)
{
    return command_does_not_run(unused) && status_is_a_failure(unused);
}

static const struct fact unnumbered[] = {
    {"unnumbered", "nor where no pid namespace can be made",
     fails_and_runs_nothing, NULL, WITHOUT("pid", RUNS(LOOK)),
     "introduction-scripts"},
    {0}};

static const struct fact unmounted[] = {
    {"unmounted", "nor where it is not permitted to mount",
     fails_and_runs_nothing, NULL,
     REFUSED("mount,move_mount,mount_setattr", RUNS(LOOK)),
     "introduction-scripts"},
    {0}};

/* What is unchecked after the first mount has come about is found so.
 */
static const struct fact full[] = {
    {"full", "nor where nothing can be mounted anew",
     fails_and_runs_nothing, NULL,
     "(m=fs.mount-max n=$(sysctl -n $m); "
     "sysctl -qw $m=$(wc -l </proc/self/mountinfo); " RUNS(
         LOOK) "; sysctl -qw $m=$n)",
     "introduction-scripts"},
    {0}};

static const struct fact bound[] = {
    {"bound", "nor where mounts stay shared", fails_and_runs_nothing,
     NULL,
     "strace -qqo /dev/null -e "
     "inject=mount,mount_setattr:error=EPERM " RUNS(LOOK),
     "introduction-scripts"},
    {"spared", "and outside nothing changes then", outside_is_as_it_was,
     NULL,
     "strace -qqo /dev/null -e "
     "inject=mount,mount_setattr:error=EPERM " LOOK
     "true; ls -d /proc/self/. || umount /proc",
     "introduction-scripts"},
    {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    machines = identify("%s", in_sandbox("/proc")).device;
    start(COMMAND, NULL);
    judge(running);
    end_command();
    judge(after);

    start(PATH_COMMAND, NULL);
    judge(found);
    kill_command();
    judge(killed);
    start("/no/such/command", NULL);
    judge(absent);

    start_without(CLONE_NEWNS);
    start(COMMAND, NULL);
    judge(denied);
    start_without(CLONE_NEWPID);
    start(COMMAND, NULL);
    judge(unnumbered);
    start_without(0);
    start_without_mounting();
    start(COMMAND, NULL);
    judge(unmounted);
    start_with_all_calls();
    start_without_new_mounts();
    start(COMMAND, NULL);
    judge(full);
    start_without_propagation();
    start(COMMAND, NULL);
    judge(bound);
    return verdict();
}
