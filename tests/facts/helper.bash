# helper.bash - what the facts start from: all that the tests of samples have
# shellcheck shell=bash disable=SC2154
load ../samples/helper

# at_least X.Y: the kernel is this one or a later one
at_least() {
    local have
    read -r have </proc/sys/kernel/osrelease
    printf '%s\n%s\n' "$1" "${have%%-*}" | sort --version-sort --check=silent
}

# since X.Y: the sentence speaks of this kernel and later ones
since() {
    at_least "$1" || skip "linux >= $1"
}

# fails MESSAGE COMMAND [ARG]...: the command fails, and says so
fails() {
    capture "${@:2}"
    [[ $status -ne 0 && $stderr == *"$1"* ]] || {
        echo "status $status, stderr: $stderr"
        return 1
    }
}
