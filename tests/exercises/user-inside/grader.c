/*
 * grader.c - does a program read the map of users from the outside?
 *
 * The kernel is asked first: a file is given to each user in turn, and
 * a process inside says whose it is.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../library/facts.h"

enum { UID = 1234, GID = 4321, MOST = 8 };

static pid_t asked_for;
static int file; /* of the user who is asked for */

static const char *ids[MOST];       /* that the program is given */
static const char *inside_of[MOST]; /* what they are called inside */
static size_t count;

static void write_map(const char *name, const char *map)
{
    const char *path = text("/proc/%d/%s", asked_for, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1 || write(fd, map, strlen(map)) == -1)
        err(3, "%s", path);
    close(fd);
}

/* Runs inside. */
static void print_owner(const char *unused)
{
    (void)unused;
    struct stat status;
    if (fstat(file, &status) == 0)
        printf("%u", status.st_uid);
}

/* Give the program one id more, and ask the kernel about it. */
static void add(unsigned id)
{
    if (fchown(file, id, (gid_t)-1) == -1)
        err(3, "fchown");
    const char *said =
        inside(asked_for, CLONE_NEWUSER, print_owner, NULL);
    if (said[0] == '\0')
        errx(3, "the kernel does not say who %u is", id);
    ids[count] = strdup(text("%u", id));
    inside_of[count++] = strdup(said);
}

/* A process in a namespace with three lines in its map, and what is to
 * be found out about them. The map of groups is another one. */
static void prepare(void)
{
    unsigned root = 2000 + random_below(5000);
    unsigned many = 100000 + random_below(500000);
    unsigned length = 100 + random_below(900);
    unsigned large = 3000000000 + random_below(900000);
    asked_for = make_process(CLONE_NEWUSER);
    write_map("uid_map", text("0 %u 1\n1 %u %u\n40000 %u 9\n", root,
                              many, length, large));
    write_map("gid_map", text("5 %u 100000000\n", root - 5));
    file = memfd_create("whose", MFD_CLOEXEC);
    if (file == -1)
        err(3, "memfd_create");
    add(root);
    add(many);
    add(many + 1 + random_below(length - 2));
    add(many + length - 1);
    add(many + length);
    add(many - 1);
    add(1);
    add(large + 3);
}

static bool has_a_line_each(const char *unused)
{
    (void)unused;
    size_t lines = count_lines(printed());
    expected("%zu lines, for as many ids", count);
    observed("%zu", lines);
    return lines == count;
}

/* Compare the lines with these numbers, each of them a digit. */
static bool translates(const char *numbers)
{
    for (; *numbers != '\0'; numbers++) {
        size_t i = (size_t)(*numbers - '0');
        expected("%s for %s, in the map %s", inside_of[i], ids[i],
                 one_line(contents("/proc/%d/uid_map", asked_for)));
        observed("%s", nth_line(printed(), i));
        if (strcmp(nth_line(printed(), i), inside_of[i]) != 0)
            return false;
    }
    return true;
}

/* A process inside may read its own map, which names the outside. */
#define LOOK(ids)                                                      \
    "setpriv --reuid=1000 --regid=1000 --clear-groups "                \
    "user/map_range 100000 65535 sh -c "                               \
    "'cat /proc/$$/uid_map; /book/work/user-inside $$ " ids "'"
#define NONE "/book/work/user-inside 999999 0"
#define READ "user-ranges"

static const struct fact first[] = {
    {"status", "your program ends with status 0", status_is, "0",
     LOOK("1000 7; echo $?"), READ},
    {"lines", "it prints a line for each id", has_a_line_each, NULL,
     LOOK("1000 100000 7"), READ},
    {"root", "it knows who is root inside", translates, "0",
     LOOK("1000"), "user-who"},
    {"first", "and the first id of a longer line", translates, "1",
     LOOK("100000"), READ},
    {"middle", "and one in the middle", translates, "2", LOOK("100999"),
     READ},
    {"last", "and the last one", translates, "3", LOOK("165534"), READ},
    {"nobody", "whoever is in no line is 65534", translates, "456",
     LOOK("165535 99999 1"), "user-who"},
    {"large", "a number may have 32 bits", translates, "7",
     "cat /proc/self/uid_map; /book/work/user-inside $$ 3000000000",
     "user-who"},
    {0}};

static const struct fact second[] = {NO_PROCESS_FACTS(NONE, READ), {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    prepare();
    start_as(UID, GID);
    start(number_inside(asked_for), ids[0], ids[1], ids[2], ids[3],
          ids[4], ids[5], ids[6], ids[7], NULL);
    judge(first);

    start("999999", "0", NULL);
    judge(second);
    return verdict();
}
