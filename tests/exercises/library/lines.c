/*
 * lines.c - a text, such as what a program printed, line by line
 */
#include <string.h>

#include "kernel.h"
#include "lines.h"

static size_t length_of(const char *line)
{
    return strcspn(line, "\n");
}

static const char *after(const char *line)
{
    line += length_of(line);
    return *line == '\0' ? line : line + 1;
}

static const char *copy(const char *line)
{
    return text("%.*s", (int)length_of(line), line);
}

const char *take_line(const char **lines)
{
    const char *line = *lines;
    *lines = after(line);
    return *line == '\0' ? NULL : copy(line);
}

size_t count_lines(const char *lines)
{
    size_t count = 0;
    for (; *lines != '\0'; lines++)
        count += *lines == '\n';
    return count;
}

const char *nth_line(const char *lines, size_t number)
{
    for (; number > 0 && *lines != '\0'; number--)
        lines = after(lines);
    return copy(lines);
}

const char *line_from(const char *lines, const char *start)
{
    for (; *lines != '\0'; lines = after(lines))
        if (strncmp(lines, start, strlen(start)) == 0)
            return copy(lines);
    return NULL;
}

bool has_line(const char *lines, const char *line)
{
    size_t length = length_of(line);
    for (; *lines != '\0'; lines = after(lines))
        if (strncmp(lines, line, length) == 0 && lines[length] == '\n')
            return true;
    return false;
}

const char *missing_line(const char *of, const char *in)
{
    for (; *of != '\0'; of = after(of))
        if (!has_line(in, of))
            return copy(of);
    return NULL;
}

const char *visible(const char *line)
{
    static const char SPECIAL[] = "\a\b\t\n\v\f\r", NAMES[] = "abtnvfr";
    const char *all = "\"";
    while (*line != '\0') {
        int plain = (int)strcspn(line, SPECIAL);
        all = text("%s%.*s", all, plain, line);
        line += plain;
        if (*line != '\0')
            all = text("%s\\%c", all,
                       NAMES[strchr(SPECIAL, *line++) - SPECIAL]);
    }
    return text("%s\"", all);
}
