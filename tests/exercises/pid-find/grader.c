/*
 * grader.c - does a program find who has a number in a pid namespace?
 *
 * The sandbox has a namespace below it, "middle"; below that are two,
 * "asked" and "beside"; below "asked" is "below", and "deep" some
 * levels below it.
 */
#define _GNU_SOURCE
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../library/facts.h"

/* Levels of pid namespaces, as number_at counts them. */
enum { SANDBOX = 1, MIDDLE = 2, ASKED = 3 };

/* The first processes of the namespaces; a member of "asked". */
static pid_t middle, asked, beside, below, deep;
static pid_t asked_for;

/* Beyond what small numbers are. */
enum { LARGE = 30000, LARGER = 31000 };

enum { MOST = 48 };
static const char *numbers[MOST + 1]; /* that the program is given */
static const char *answers[MOST];
static char kinds[MOST + 1]; /* what each is a case of: see the facts */
static size_t count;

/* All that were made: nothing is to happen to them. */
static pid_t made[128];
static size_t made_count;

static pid_t make_one(const struct member *member)
{
    struct member counting = *member;
    counting.counts = true;
    pid_t pid = make_member(&counting);
    if (pid == 0)
        errx(3, "a process to look for cannot be made");
    made[made_count++] = pid;
    return pid;
}

/* Another number each time, and none that the kernel gives. */
static pid_t fresh(void)
{
    static pid_t last;
    if (last == 0)
        last = 400 + (pid_t)random_below(9000);
    return last += 1 + (pid_t)random_below(300);
}

/* Make the first process of a namespace below another. */
static pid_t make_first(pid_t above)
{
    return make_one(&(struct member){
        .whose = above, .first = true, .numbers = {1, fresh()}});
}

/* Make a process with a number; and one in the namespace above that. */
static pid_t make(pid_t whose, pid_t own, pid_t above)
{
    return make_one(
        &(struct member){.whose = whose, .numbers = {own, above}});
}

/* Give the program a number, and note whose it is. */
static void ask(char kind, pid_t number, pid_t answer)
{
    kinds[count] = kind;
    numbers[count] = strdup(text("%d", number));
    answers[count++] = strdup(text("%d", answer));
}

static void ask_for(char kind, pid_t pid)
{
    ask(kind, number_at(pid, ASKED), number_at(pid, SANDBOX));
}

static void make_namespaces(void)
{
    middle = make_first(outside());
    beside = make_first(middle);
    asked = make_first(middle);
    below = make_first(asked);
    deep = make_first(below);
    for (unsigned more = 14 + random_below(4); more > 0; more--)
        deep = make_first(deep);
    make(beside, fresh(), fresh());
    asked_for =
        make_one(&(struct member){.whose = asked,
                                  .bears_into = below,
                                  .numbers = {
                                      fresh(),
                                      fresh(),
                                      LARGER + (pid_t)random_below(999),
                                  }});
}

/* Whom nobody asks for; the kernel numbers them. */
static void make_others(void)
{
    for (unsigned more = 20 + random_below(9); more > 0; more--)
        make(middle, fresh(), 0);
}

/* One of "asked", and elsewhere another of the same number, which is
 * born before or after it. */
static void ask_beside(char kind, pid_t elsewhere, bool before)
{
    pid_t number = fresh();
    if (before)
        make(elsewhere, number, 0);
    ask_for(kind, make(asked, number, 0));
    if (!before)
        make(elsewhere, number, 0);
}

/* One of a namespace below, and elsewhere there are both its numbers.
 */
static void ask_below(char kind, pid_t whose)
{
    pid_t there = fresh();
    make(whose, there, 0);
    make(middle, there, 0);
    struct member member = {.whose = whose};
    size_t up = 0; /* levels, each with a number of its own */
    for (pid_t at = whose; number_at(at, ASKED + (int)up + 1) != 0;)
        member.numbers[up++] = fresh();
    member.numbers[up] = there;
    ask_for(kind, make_one(&member));
}

/* Numbers of others, in namespaces where nobody asks for them. */
static void ask_for_nobody(void)
{
    pid_t there = fresh(), own = fresh(), above = fresh();
    make(beside, there, 0);
    ask('n', there, 0);
    make(below, own, 0);
    ask('n', own, 0);
    make(asked, fresh(), above);
    ask('n', above, 0);
    ask('n', number_at(asked_for, MIDDLE), 0);
    ask('n', fresh(), 0);
}

static void prepare(void)
{
    make_namespaces();
    ask_for('m', make(asked, fresh(), 0));
    ask_for('m', make_one(&(struct member){.whose = asked,
                                           .bears_into = below,
                                           .numbers = {fresh()}}));
    ask_beside('a', middle, true);
    ask_beside('a', outside(), false);
    ask_beside('b', beside, true);
    ask_beside('b', beside, false);
    ask_for('i', asked);
    ask_below('d', below);
    ask_for('d', below);
    ask_below('e', deep);
    ask_for('e', deep);
    ask_for_nobody();
    ask_for('l',
            make_one(&(struct member){
                .whose = asked,
                .numbers = {LARGE + (pid_t)random_below(999), fresh(),
                            LARGE + (pid_t)random_below(999)}}));
    ask_for('u',
            make_one(&(struct member){
                .whose = asked, .user = 1234, .numbers = {fresh()}}));
    ask_for('j',
            make_one(&(struct member){
                .whose = asked, .enters = true, .numbers = {fresh()}}));
    ask_for('c', make_one(&(struct member){.whose = asked,
                                           .name = "NSpid:\t7\t7",
                                           .numbers = {fresh()}}));
    ask_for('g', make_one(&(struct member){.whose = asked,
                                           .many_groups = true,
                                           .numbers = {fresh()}}));
    make_others();
    for (unsigned more = 2 + random_below(3); more > 0; more--)
        ask_for('k', make(asked, fresh(), 0));
    size_t enough = 34 + random_below(8);
    ask_for('k', asked_for); /* once more */
    while (count < enough)   /* who is found soon */
        ask_for('k', asked);
}

static bool nothing_happened(const char *unused)
{
    (void)unused;
    expected("all processes as they were");
    for (size_t i = 0; i < made_count; i++) {
        const char *state = status_of(made[i], "State");
        observed("one of them is %s",
                 state[0] == '\0' ? "gone" : state);
        if (state[0] != 'S')
            return false;
        observed("one of them has got a signal");
        if ((strtoull(status_of(made[i], "SigIgn"), NULL, 16) >>
                 (SIGUSR1 - 1) &
             1) != 0)
            return false;
    }
    return true;
}

static bool has_a_line_each(const char *unused)
{
    (void)unused;
    size_t lines = count_lines(printed());
    expected("%zu lines, for as many numbers", count);
    observed_lines(lines);
    return lines == count && printed_lines_only();
}

static bool line_is_right(size_t i)
{
    const char *line = nth_line(printed(), i);
    expected("%s for %s, in line %zu%s", answers[i], numbers[i], i + 1,
             strcmp(answers[i], "0") == 0 ? ": nobody has that number"
                                          : "");
    observed_line(line);
    return strcmp(line, answers[i]) == 0;
}

static bool finds(const char *kind)
{
    for (size_t i = 0; i < count; i++)
        if (kinds[i] == *kind && !line_is_right(i))
            return false;
    return true;
}

/* In the program's own namespace each has the number that it asks for.
 */
static const char *own[8];

static void choose_own(void)
{
    const pid_t some[] = {asked_for, middle, deep, outside()};
    for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
        own[i] = strdup(text("%d", number_at(some[i], SANDBOX)));
    own[4] = strdup(number_of_nobody());
}

static bool finds_own(const char *unused)
{
    (void)unused;
    for (size_t i = 0; own[i] != NULL; i++) {
        const char *line = nth_line(printed(), i);
        const char *wanted = i < 4 ? own[i] : "0";
        expected("%s for %s, where your program runs itself", wanted,
                 own[i]);
        observed_line(line);
        if (strcmp(line, wanted) != 0)
            return false;
    }
    return true;
}

#define RUN "/book/work/pid-find "
/* In the namespace of $p are 1, a shell; 2 and 3; 4, with 5 in one
 * below it and 6 in one below that, who is the last to come. */
#define WITH(COMMAND, COMMANDS)                                        \
    "(read < <(exec unshare -pf --kill-child " COMMAND                 \
    "); u=$!; p=$(pgrep -P $u); " COMMANDS "; kill -9 $u)"
#define NESTED(COMMANDS)                                               \
    WITH("bash -c 'sleep 98 & sleep 97 & unshare -pf unshare -pf "     \
         "sh -c \"echo; exec sleep 96\"'",                             \
         COMMANDS)
#define DEEPER "unshare -pf unshare -pf unshare -pf "
#define DEEPEST DEEPER DEEPER DEEPER DEEPER DEEPER DEEPER
/* Whose numbers are they, and in which namespace is he? */
#define SHOWN(NUMBERS)                                                 \
    "readlink /proc/$p/ns/pid; for n in " NUMBERS "; do "              \
    "q=$(" RUN "$p $n); awk '/NSpid/ {$2 = \"\"; print}' "             \
    "/proc/$q/status; readlink /proc/$q/ns/pid; done"
#define READ "pid-levels"

static const struct fact first[] = {
    {"status", "your program ends with status 0", status_is, "0",
     "echo 31000 >/proc/sys/kernel/ns_last_pid; " NESTED(
         RUN "$p 2 99 >/dev/null; echo $?"),
     READ},
    {"lines", "it prints a line for each number", has_a_line_each, NULL,
     NESTED(RUN "$p 99 $(seq 40) | wc -l; " RUN
                "$p 2 | tail -c 1 | od -c"),
     READ},
    {"member", "it finds a process of the namespace", finds, "m",
     NESTED(SHOWN("2 3") "; echo $(($(" RUN "$u $u) - $u))"), READ},
    {"above", "and none above it that has the same number", finds, "a",
     NESTED(SHOWN("2 3")), READ},
    {"beside", "nor one in another that is as deep", finds, "b",
     NESTED("(w=$p; " NESTED(SHOWN("2 3") "; p=$w; " SHOWN("2 3")) ")"),
     READ},
    {"first", "its first process is number 1", finds, "i",
     NESTED(SHOWN("1")), READ},
    {"below", "who lives in a namespace below it has a number, too",
     finds, "d", NESTED(SHOWN("5")), READ},
    {"deep", "however deep", finds, "e",
     WITH("bash -c '" DEEPEST "sh -c \"echo; exec sleep 96\"; :'",
          SHOWN("4 20")),
     READ},
    {"nobody", "a number that nobody has there gives 0", finds, "n",
     NESTED(RUN "$p 7 99 $$"), READ},
    {"large", "a number can be large, here and there", finds, "l",
     "echo 31000 >/proc/sys/kernel/ns_last_pid; " WITH(
         "bash -c 'for i in {1..64}; do sleep 97 & done; "
         "echo 30000 >/proc/sys/kernel/ns_last_pid; "
         "sleep 98 & echo; wait'",
         SHOWN("30001")),
     READ},
    {"users", "a process can be another user's", finds, "u",
     WITH("setpriv --pdeathsig keep --reuid=1000 sh -c 'echo; exec "
          "sleep 98'",
          SHOWN("1")),
     READ},
    {"enters", "one that has entered it is found like the others",
     finds, "j",
     NESTED("read < <(exec nsenter -t $p -p sh -c "
            "'echo; exec sleep 95'); " SHOWN("7")),
     "pid-border"},
    {"names", "whatever it is called", finds, "c",
     WITH("bash -c 'printf \"NSpid:\\t7\\t7\" >/proc/self/comm; echo; "
          "sleep 95; :'",
          SHOWN("1")),
     READ},
    {"long", "and in however many groups it is", finds, "g",
     WITH("setpriv --groups $(seq -s, 100000 101200) sh -c "
          "'echo; exec sleep 95'",
          SHOWN("1")),
     READ},
    {"many", "and numbers there may be any number", finds, "k",
     NESTED(RUN "$p $(yes 2 | head -n 60) | uniq | wc -l"), READ},
    {"untouched", "and nothing happens to them", nothing_happened, NULL,
     NESTED("strace -qqe kill,tkill,tgkill,pidfd_send_signal " RUN
            "$p 2 3 >/dev/null; cut -d' ' -f3 "
            "/proc/$(pgrep -fx 'sleep 98')/stat"),
     READ},
    LEFT_FACT(RUN "1 1", READ),
    {0}};

static const struct fact second[] = {
    {"here", "in its own namespace all have the number that they have",
     finds_own, NULL, "echo $(($(" RUN "$$ $$) - $$))", READ},
    {0}};

static const struct fact third[] = {
    NO_PROCESS_FACTS(RUN "999999 1", READ), {0}};

int main(int argc, char *argv[])
{
    open_sandbox(argc, argv);
    prepare();
    choose_own();
    start_with(text("%d", number_at(asked_for, SANDBOX)), numbers);
    judge(first);

    start_with("1", own);
    judge(second);

    start(number_of_nobody(), "1", NULL);
    judge(third);
    return verdict();
}
