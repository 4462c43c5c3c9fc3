/*
 * hang.c - never comes to an end, and keeps the processor busy
 */
int main(void)
{
    for (volatile int busy = 1; busy;)
        ;
}
