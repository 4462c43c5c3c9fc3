/*
 * grader.c - does a program print what the kernel says of a process?
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../library/facts.h"

static pid_t asked_for; /* the process that the program looks at */

/* The lines that there must be, in the order of the folder. */
static const char *right_lines(void)
{
    const char *lines = "";
    DIR *folder = opendir(text("/proc/%d/ns", asked_for));
    if (folder == NULL)
        return lines;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.')
            lines =
                text("%s%s %ju\n", lines, entry->d_name,
                     (uintmax_t)namespace_of(asked_for, entry->d_name)
                         .inode);
    closedir(folder);
    return lines;
}

static const char *names_of(const char *lines)
{
    const char *names = "";
    for (const char *line; (line = take_line(&lines)) != NULL;)
        names = text("%s%.*s\n", names, (int)strcspn(line, " "), line);
    return names;
}

static const char *shown(const char *line, const char *otherwise)
{
    return line == NULL ? otherwise : text("no line \"%s\"", line);
}

static bool names_are_right(const char *unused)
{
    (void)unused;
    const char *wanted = names_of(right_lines());
    const char *missing = missing_line(wanted, names_of(printed()));
    expected("a line \"%s NUMBER\"",
             missing == NULL ? "NAME" : missing);
    observed_line(NULL);
    return missing == NULL;
}

static bool numbers_are_right(const char *unused)
{
    (void)unused;
    const char *missing = missing_line(right_lines(), printed());
    expected("%s", shown(missing, "all lines"));
    if (missing != NULL) {
        int name = (int)strcspn(missing, " ") + 1;
        const char *line =
            line_from(printed(), text("%.*s", name, missing));
        expected("the line %s", visible(missing));
        observed_line(line);
    }
    return missing == NULL;
}

static bool nothing_else(const char *unused)
{
    (void)unused;
    const char *more = missing_line(printed(), right_lines());
    size_t wanted = strlen(right_lines());
    expected("one line for each, and no other");
    if (more != NULL)
        observed_line(more);
    else
        observed("a line that stands twice");
    return more == NULL && strlen(printed()) == wanted;
}

#define LOOK "/book/work/introduction-print "
#define VIEW "introduction-view"

static const struct fact first[] = {
    {"status", "your program ends with status 0", status_is, "0",
     LOOK "$$; echo $?", VIEW},
    {"names", "it prints a line for each file of the folder",
     names_are_right, NULL, LOOK "1; ls /proc/1/ns", VIEW},
    {"numbers", "each with the inode number of the namespace",
     numbers_are_right, NULL, LOOK "1; ls -L -i /proc/1/ns", VIEW},
    {"else", "and no other line", nothing_else, NULL, LOOK "1", VIEW},
    LEFT_FACT(LOOK "1", VIEW),
    {0}};

static const struct fact second[] = {
    {"another", "the numbers are those of the process that was named",
     numbers_are_right, NULL,
     BESIDE("-i", LOOK "$p; ls -L -i /proc/$p/ns"), VIEW},
    {0}};

static const struct fact none[] = {
    NO_PROCESS_FACTS(LOOK "999999", VIEW), {0}};

/* Some of the types, others each time, but never none. */
static int some_types(void)
{
    static const int FLAGS[] = {CLONE_NEWCGROUP, CLONE_NEWIPC,
                                CLONE_NEWNET,    CLONE_NEWNS,
                                CLONE_NEWPID,    CLONE_NEWUTS};
    const char *letters = random_name("");
    int flags = CLONE_NEWUTS;
    for (size_t i = 0; i < sizeof(FLAGS) / sizeof(FLAGS[0]); i++)
        if (letters[i] % 2 == 0)
            flags |= FLAGS[i];
    return flags;
}

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    asked_for = outside();
    start("1", NULL);
    judge(first);

    asked_for = make_process(some_types());
    start(number_inside(asked_for), NULL);
    judge(second);

    start(number_of_nobody(), NULL);
    judge(none);
    return verdict();
}
