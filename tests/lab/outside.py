"""What a step needs of the world outside, and a sentence for what of it is missing.

When a tool has failed, the world is asked for the reason: tools tell it in their own
words, or not at all.
"""

import os
import subprocess
import tempfile

from tests.lab import cache

APT_HELPER = "/usr/lib/apt/apt-helper"
FULL = "No space left on device"  # ENOSPC, as every tool has it from the C library
SECONDS = 60.0  # bounds each question


def full_disk(said: str) -> str:
    """Return what to do when a tool has met a full disk, "" when it has not.

    It must be read in the tool's words: what it had written is gone by now.
    """
    if FULL not in said:
        return ""
    return f"the disk is full: free some of {cache.folder()} or {tempfile.gettempdir()}"


def told(error: Exception) -> str:
    """Return what an error says, after what to do about a full disk."""
    why = full_disk(str(error)) if isinstance(error, OSError) else ""
    return f"{why}\n{error}" if why else str(error)


def no_namespaces() -> str:
    """Return why mmdebstrap can have no namespace to work in, "" when it can."""
    if os.geteuid() == 0:
        said = complaint(["unshare", "--mount", "true"])
        return said and (
            f"root has no right to mount here ({said}), as in a container without "
            "privileges: type this on the machine itself"
        )
    if said := complaint(["unshare", "--user", "true"]):
        return (
            f"user namespaces are not allowed here ({said}): root allows them by "
            "sysctl user.max_user_namespaces or kernel.unprivileged_userns_clone; "
            "or type this as root"
        )
    if said := complaint(["unshare", "--map-root-user", "--map-auto", "true"]):
        return (
            f"this user has no range of ids for a user namespace ({said}): root gives "
            "it by a line in /etc/subuid and one in /etc/subgid; or type this as root"
        )
    return ""


def no_mirror(uri: str) -> str:
    """Return that, and why, a Debian mirror gives no file, "" when it does."""
    with tempfile.TemporaryDirectory() as tmp:
        wanted = f"{uri.rstrip('/')}/dists/stable/InRelease"
        options = ("Acquire::Retries=0", "Acquire::http::Timeout=20")
        # Our folder is closed to the user _apt.
        words = [f"-o{option}" for option in (*options, "APT::Sandbox::User=")]
        get = [APT_HELPER, *words, "download-file", wanted, f"{tmp}/release"]
        said = complaint(get)
    if not said:
        return ""
    return (
        f"the Debian mirror gives no files ({said}): see that the network is up, "
        "or set DEBIAN_MIRROR to the address of another"
    )


def complaint(command: list[str]) -> str:
    """Return what a command says when it fails, "" when it does not.

    That is apt's first error, or the last line.
    """
    try:
        done = subprocess.run(
            command,
            env=dict(os.environ, LC_ALL="C.UTF-8"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("E: ") for line in lines if line.startswith("E: ")]
    return (errors[:1] or lines[-1:] or [f"it ended with {done.returncode}"])[0]
