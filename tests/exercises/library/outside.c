/*
 * outside.c - is the outside of a program as it was before?
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox.h"

static const struct mount *mounts;
static size_t mount_count;
static const char *names; /* host name; domain name */

static void print_names(const char *unused)
{
    (void)unused;
    char host[65] = "", domain[65] = "";
    if (gethostname(host, sizeof(host)) == 0 &&
        getdomainname(domain, sizeof(domain)) == 0)
        printf("host %s, domain %s", host, domain);
}

static const char *names_outside(void)
{
    return inside(outside(), CLONE_NEWUTS, print_names, NULL);
}

void remember_outside(void)
{
    const struct mount *list;
    mount_count = mounts_of(outside(), &list);
    struct mount *kept = calloc(mount_count, sizeof(*kept));
    if (kept == NULL)
        err(3, "calloc");
    memcpy(kept, list, mount_count * sizeof(*kept));
    mounts = kept;
    names = strdup(names_outside());
}

size_t mounts_at_first(const struct mount **list)
{
    *list = mounts;
    return mount_count;
}

static bool same_mount(const struct mount *one,
                       const struct mount *other)
{
    return one->device == other->device &&
           strcmp(one->point, other->point) == 0 &&
           strcmp(one->root, other->root) == 0;
}

bool no_mount_left(const char *unused)
{
    (void)unused;
    const struct mount *after;
    size_t has = mounts_of(outside(), &after);
    expected("outside, the mounts that were there before");
    for (size_t i = 0; i < has; i++)
        if (i >= mount_count || !same_mount(&mounts[i], &after[i])) {
            observed("%s on %s, of type %s, is new", after[i].source,
                     after[i].point, after[i].type);
            return false;
        }
    observed("%zu of them are gone", mount_count - has);
    return mount_count == has;
}

/* The same mounts can be read-only, or slaves, and were not before. */
static bool mounts_are_as_they_were(void)
{
    const struct mount *after;
    size_t has = mounts_of(outside(), &after);
    for (size_t i = 0; i < has; i++)
        if (strcmp(mounts[i].options, after[i].options) != 0 ||
            strcmp(mounts[i].peers, after[i].peers) != 0) {
            expected("%s outside as it was: %s, %s", mounts[i].point,
                     mounts[i].options, propagation(&mounts[i]));
            observed("%s, %s", after[i].options,
                     propagation(&after[i]));
            return false;
        }
    return true;
}

/* The peer group that a field of a mount names, 0 for none. */
static long group_in(const struct mount *mount, const char *field)
{
    const char *found = strstr(mount->peers, field);
    return found == NULL ? 0 : strtol(found + strlen(field), NULL, 10);
}

/* Does "shared:" or "master:" of a mount inside name the peer group of
 * one outside? */
static bool no_field_names_outside(const char *field)
{
    const struct mount *inner, *outer;
    size_t inside_count = mounts_of(command(), &inner);
    size_t outside_count = mounts_of(outside(), &outer);
    for (size_t i = 0; i < inside_count; i++)
        for (size_t k = 0; k < outside_count; k++)
            if (group_in(&inner[i], field) != 0 &&
                group_in(&inner[i], field) ==
                    group_in(&outer[k], "shared:")) {
                observed("%s is %s", inner[i].point,
                         propagation(&inner[i]));
                return false;
            }
    return true;
}

bool no_mount_gets_out(const char *unused)
{
    (void)unused;
    expected("no mount inside in a peer group of one outside");
    return no_field_names_outside("shared:");
}

bool no_mount_gets_in(const char *unused)
{
    (void)unused;
    expected("no mount inside that is the slave of one outside");
    return no_field_names_outside("master:");
}

bool outside_is_as_it_was(const char *unused)
{
    const char *now_called = names_outside();
    expected("the names outside as they were: %s", names);
    observed("%s", now_called);
    return strcmp(now_called, names) == 0 && no_mount_left(unused) &&
           mounts_are_as_they_were();
}
