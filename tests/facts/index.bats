#!/usr/bin/env bats
# index.bats - sentences of index.rst, put to the kernel and to the lab
# shellcheck disable=SC2154

load helper

@test "Every program is one file, of C or shell, that is tested" {
    local program source
    run -0 find . -type f
    [[ $output == *./unshare* ]]
    for program in "${lines[@]}"; do
        source=/book/code-samples/${program#./}
        [[ -f $source.c || $source == *.sh && -f $source ]]
        grep --quiet --word-regexp --fixed-strings "${program##*/}" /book/tests/samples/*.bats
    done
}

@test "on each of four that has what it needs: Linux 5.10, 6.1, 6.12 and 7.3" {
    # These are what every part of the check runs on.
    run -0 sed -n 's/^\([0-9][0-9.]*\) .*/\1/p' /book/tests/lab/kernels.txt
    [ "$output" = $'5.10\n6.1\n6.12\n7.3' ]
}

@test "To compile a program, a C compiler and the kernel's headers" {
    local file
    for file in /book/code-samples/*.c /book/code-samples/*/*.c; do
        cc -fsyntax-only "$file"
    done
}
