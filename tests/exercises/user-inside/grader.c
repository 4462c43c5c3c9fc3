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

enum { UID = 1234, GID = 4321, MOST = 30, FURTHER = 150 };

static pid_t asked_for;
static int file; /* of the user who is asked for */

static const char *ids[MOST + 1];   /* that the program is given */
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

/* Lines of one id each. The kernel sorts the whole, and pads it: this
 * fills more than a page. */
static const char *further_lines(void)
{
    const char *all = "";
    for (unsigned i = 0; i < FURTHER; i++)
        all = text("%s%u %u 1\n", all, 70000 + i, 1000000 + 2 * i);
    return all;
}

/* A process in a namespace with many lines in its map, and what is to
 * be found out about them. The map of groups is another one. */
static void prepare(void)
{
    unsigned root = 2000 + random_below(5000);
    unsigned many = 100000 + random_below(500000);
    unsigned length = 100 + random_below(900);
    unsigned large = 3000000000 + random_below(900000);
    unsigned high = 2200000000 + random_below(900000);
    asked_for = make_process(CLONE_NEWUSER);
    write_map("uid_map",
              text("0 %u 1\n1 %u %u\n40000 %u 9\n50000 0 1\n"
                   "60000 65534 1\n%s%u 1000 9\n",
                   root, many, length, large, further_lines(), high));
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
    add(1004); /* whose number inside is that large */
    add(1008); /* the last of the last line */
    add(1009);
    add(999);
    add(0);
    add(65534);
    add(1000000 + 2 * (FURTHER - 1));
    add(root); /* once more */
    for (unsigned more = 2 + random_below(MOST - 18); more > 0; more--)
        add(many + random_below(length));
}

static bool has_a_line_each(const char *unused)
{
    (void)unused;
    size_t lines = count_lines(printed());
    expected("%zu lines, for as many ids", count);
    observed_lines(lines);
    return lines == count && printed_lines_only();
}

/* The line of the map that an id is in. */
static const char *line_about(const char *id)
{
    unsigned long number = strtoul(id, NULL, 10);
    unsigned long in, out, length;
    const char *rest = contents("/proc/%d/uid_map", asked_for);
    for (const char *line; (line = take_line(&rest)) != NULL;)
        if (sscanf(line, "%lu %lu %lu", &in, &out, &length) == 3 &&
            number >= out && number - out < length)
            return text("the line %s", one_line(line));
    return "no line";
}

/* Compare the lines with these numbers, each of them a letter. */
static bool translates(const char *numbers)
{
    for (; *numbers != '\0'; numbers++) {
        size_t i = (size_t)(*numbers - 'a');
        expected("%s for %s, of which the map has %s", inside_of[i],
                 ids[i], line_about(ids[i]));
        observed_line(nth_line(printed(), i));
        if (strcmp(nth_line(printed(), i), inside_of[i]) != 0)
            return false;
    }
    return true;
}

static bool every_id_is_right(const char *unused)
{
    (void)unused;
    for (size_t i = 0; i < count; i++)
        if (!translates((const char[]){(char)('a' + i), '\0'}))
            return false;
    return true;
}

/* The map of groups stays empty. */
#define LOOK(ids)                                                      \
    BESIDE("-U", "printf '0 1000 1\\n1 100000 65535\\n' "              \
                 "| tee /proc/$p/uid_map; "                            \
                 "/book/work/user-inside $p " ids)
#define NONE "/book/work/user-inside 999999 0"
#define NAMED                                                          \
    BESIDE("-U", "printf '7 0 1\\n8 65534 1\\n' "                      \
                 "| tee /proc/$p/uid_map; "                            \
                 "/book/work/user-inside $p 0 65534")
#define LONG                                                           \
    BESIDE("-U",                                                       \
           "seq 150 | sed 's/.*/& 1& 1/' | cat >/proc/$p/uid_map; "    \
           "/book/work/user-inside $p $(seq 1140 1150)")
#define READ "user-ranges"

static const struct fact first[] = {
    {"status", "your program ends with status 0", status_is, "0",
     LOOK("1000 7; echo $?"), READ},
    {"lines", "it prints a line for each id", has_a_line_each, NULL,
     LOOK("1 $(seq 9)"), READ},
    {"root", "it knows who is root inside", translates, "a",
     LOOK("1000"), "user-who"},
    {"first", "and the first id of a longer line", translates, "b",
     LOOK("100000"), READ},
    {"middle", "and one in the middle", translates, "c", LOOK("100999"),
     READ},
    {"last", "and the last one", translates, "d", LOOK("165534"), READ},
    {"nobody", "whoever is in no line is 65534", translates, "efgkl",
     LOOK("165535 99999 1"), "user-who"},
    {"large", "a number may have 32 bits, outside and inside",
     translates, "hi",
     "cat /proc/self/uid_map; /book/work/user-inside $$ 3000000000",
     "user-who"},
    {"end", "the last line is a line like the others", translates, "j",
     LOOK("1000 165534"), READ},
    {"names", "0 and 65534 outside are ids like the others", translates,
     "mn", NAMED, "user-who"},
    {"long", "and lines there may be many", translates, "o", LONG,
     READ},
    {"many", "and ids there may be any number", every_id_is_right, NULL,
     LOOK("$(seq 100000 100030)"), READ},
    LEFT_FACT("/book/work/user-inside 1 0", READ),
    {0}};

static const struct fact second[] = {NO_PROCESS_FACTS(NONE, READ), {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    prepare();
    start_as(UID, GID);
    start_with(number_inside(asked_for), ids);
    judge(first);

    start(number_of_nobody(), "0", NULL);
    judge(second);
    return verdict();
}
