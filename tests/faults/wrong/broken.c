/*
 * broken.c - wrong on purpose: fails without any fault
 *
 * usage: broken
 * needs: nothing
 */
#include <err.h>

int main(void)
{
    errx(1, "never");
}
