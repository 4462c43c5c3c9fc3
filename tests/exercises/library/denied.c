/*
 * denied.c - has the kernel refuse what a doer's program asks for
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "sandbox.h"

static int denied_flags;
static int denied_capability = -1;
static int denied_option;
static const struct denied *denied_calls;
static bool mounts_denied; /* those of one kind */
static bool new_mounts_denied;
static bool writing_denied;

void start_without(int flags)
{
    denied_flags = flags;
}

/* System calls that are refused with EPERM. */
static const struct denied {
    size_t count;
    unsigned calls[8];
} ENTERING = {1, {SYS_setns}},
  MOUNTING = {5,
              {SYS_mount, SYS_fsopen, SYS_move_mount, SYS_open_tree,
               SYS_mount_setattr}},
  PIVOTING = {1, {SYS_pivot_root}}, UNMOUNTING = {1, {SYS_umount2}},
  LINKING = {2, {SYS_symlink, SYS_symlinkat}},
  FORKING = {4, {SYS_clone, SYS_clone3, SYS_fork, SYS_vfork}},
  SETTING = {1, {SYS_capset}};

void start_without_entering(void)
{
    denied_calls = &ENTERING;
}

void start_without_mounting(void)
{
    denied_calls = &MOUNTING;
}

/* Mounts of one kind are told by a flag, what is new by having none. */
void start_without_new_mounts(void)
{
    mounts_denied = new_mounts_denied = true;
}

void start_without_propagation(void)
{
    mounts_denied = true;
    new_mounts_denied = false;
}

void start_without_pivoting(void)
{
    denied_calls = &PIVOTING;
}

void start_without_unmounting(void)
{
    denied_calls = &UNMOUNTING;
}

void start_without_linking(void)
{
    denied_calls = &LINKING;
}

void start_without_forking(void)
{
    denied_calls = &FORKING;
}

void start_without_setting(void)
{
    denied_calls = &SETTING;
}

void start_without_option(int option)
{
    denied_option = option;
}

void start_without_writing(void)
{
    writing_denied = true;
}

void start_with_all_calls(void)
{
    denied_calls = NULL;
    writing_denied = false;
    denied_option = 0;
    mounts_denied = false;
}

void start_without_capability(int capability)
{
    denied_capability = capability;
}

static void filter_calls(struct sock_filter *filter, size_t length)
{
    struct sock_fprog program = {(unsigned short)length, filter};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1)
        err(125, "prctl");
}

/* Have the kernel answer ENOSPC to clone and unshare with a flag. */
static void deny_namespaces(unsigned flags)
{
    enum {
        CALL = offsetof(struct seccomp_data, nr),
        FLAGS = offsetof(struct seccomp_data, args[0]),
    };
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, CALL),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FLAGS),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, flags, 0, 2),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSPC),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    filter_calls(filter, sizeof(filter) / sizeof(filter[0]));
}

/* Have it answer EPERM to some calls, one filter for each. */
static void deny_calls(void)
{
    for (size_t i = 0; i < denied_calls->count; i++) {
        struct sock_filter filter[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                     offsetof(struct seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, denied_calls->calls[i],
                     0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        filter_calls(filter, sizeof(filter) / sizeof(filter[0]));
    }
}

/* Have it answer EPERM to mount, with one of the flags of changes or
 * with none; and to other calls that do the same. */
static void deny_mounts(void)
{
    enum {
        CALL = offsetof(struct seccomp_data, nr),
        FLAGS = offsetof(struct seccomp_data, args[3]),
    };
    unsigned propagation =
        MS_PRIVATE | MS_SLAVE | MS_SHARED | MS_UNBINDABLE;
    unsigned changes =
        new_mounts_denied ? propagation | MS_BIND | MS_MOVE | MS_REMOUNT
                          : propagation;
    unsigned other = new_mounts_denied ? SYS_fsopen : SYS_mount_setattr;
    unsigned char with = new_mounts_denied, without = !with;
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, CALL),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, other, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mount, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FLAGS),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, changes, with, without),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    filter_calls(filter, sizeof(filter) / sizeof(filter[0]));
}

/* Have it answer EPERM to prctl with one of its options. */
static void deny_option(unsigned option)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, option, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    filter_calls(filter, sizeof(filter) / sizeof(filter[0]));
}

/* Have it answer EACCES to open and openat with a flag of those that
 * write, and have no openat2, which hides its flags. */
static void deny_writing(void)
{
    enum {
        CALL = offsetof(struct seccomp_data, nr),
        OPEN_FLAGS = offsetof(struct seccomp_data, args[1]),
        OPENAT_FLAGS = offsetof(struct seccomp_data, args[2]),
    };
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, CALL),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 7, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_open, 0, 6),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, OPEN_FLAGS),
        BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, OPENAT_FLAGS),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR, 0, 2),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    filter_calls(filter, sizeof(filter) / sizeof(filter[0]));
}

void deny(void)
{
    if (mounts_denied)
        deny_mounts();
    if (writing_denied)
        deny_writing();
    if (denied_flags != 0)
        deny_namespaces((unsigned)denied_flags);
    if (denied_calls != NULL)
        deny_calls();
    if (denied_option != 0)
        deny_option((unsigned)denied_option);
    if (denied_capability != -1 &&
        prctl(PR_CAPBSET_DROP, denied_capability, 0, 0, 0) == -1)
        err(125, "prctl");
}
