/*
 * socket_option.c - read an option of a connected Unix socket
 *
 * usage: socket_option NUMBER
 */
#define _GNU_SOURCE
#include "answer.h"
#include <sys/socket.h>

int main(int argc, char *argv[])
{
    int pair[2];
    char value[8];
    socklen_t size = sizeof(value);
    if (argc != 2)
        usage("socket_option NUMBER");

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
    int option = (int)strtol(argv[1], NULL, 0);
    answer(getsockopt(pair[0], SOL_SOCKET, option, value, &size));
}
