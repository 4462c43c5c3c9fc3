/*
 * memory.c - wrong on purpose: reads what it has freed, and leaks
 *
 * usage: memory
 * needs: nothing
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    for (int i = 0; i < 3; i++)
        if (open("/dev/null", O_RDONLY | O_CLOEXEC) == -1)
            return 1;
    char *volatile text = malloc(4);
    printf("%p\n", (void *)text);
    text = malloc(4); /* the first is lost */
    free(text);
    putchar(text[1]); /* NOLINT */
}
