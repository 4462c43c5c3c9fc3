"""Debian's archive: where this machine gets it, and tools that read it."""

import os
import shutil
import subprocess
from pathlib import Path

from cache import LabError

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def run(
    command: list[str | Path], cwd: Path | None = None, apt: Path | None = None
) -> str:
    """Run a command and return what it printed.

    Raises LabError with the end of its output when it fails.
    """
    env = dict(os.environ, LC_ALL="C.UTF-8")
    if apt:
        env["APT_CONFIG"] = str(apt / "apt.conf")
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise LabError(f"{command[0]} is missing: tests/setup/install lab") from error
    if done.returncode:
        tail = "\n".join((done.stderr or done.stdout).splitlines()[-5:])
        raise LabError(f"{command[0]} failed with {done.returncode}:\n{tail}")
    return done.stdout


def mirror() -> str:
    """Return the Debian mirror that this machine's apt uses, or DEBIAN_MIRROR.

    Raises LabError where there is none, as on another distribution.
    """
    if os.environ.get("DEBIAN_MIRROR"):
        return os.environ["DEBIAN_MIRROR"]
    if shutil.which("apt-get"):
        listed = run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(LABEL)"])
        for line in listed.splitlines():
            uri, _, label = line.partition(" ")
            if label == "Debian":
                return uri
    raise LabError(
        "no Debian mirror is known here: run 'apt-get update', or set DEBIAN_MIRROR "
        "to the address of one"
    )
