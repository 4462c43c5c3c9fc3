/*
 * lines.h - a text, such as what a program printed, line by line
 */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Take the first line off a text, NULL when none is left. */
const char *take_line(const char **lines);

/* How many lines there are: what does not end is none. */
size_t count_lines(const char *lines);

/* The line of that number, counted from 0, "" where there is none. */
const char *nth_line(const char *lines, size_t number);

/* The first line that begins so, NULL if none does. */
const char *line_from(const char *lines, const char *start);

/* Is that one of the lines, as a whole? What follows a newline in it is
 * not looked at. */
bool has_line(const char *lines, const char *line);

/* The first line of one text that another lacks, NULL if none. */
const char *missing_line(const char *of, const char *in);

/* A line as one can see it: between quotes, a tab as \t. */
const char *visible(const char *line);

#endif
