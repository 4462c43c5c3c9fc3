"""Debian's archive: where this machine gets it, and tools that read it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import cmp_to_key
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.lab import outside
from tests.lab.cache import Kernel, LabError

DATABASE = "var/lib/dpkg"  # in a tree
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# As apt says of a suite that it is not there, or not for this kind of machine.
GONE = re.compile(
    "^E: .*(does not have a Release file|404 +Not Found|File not found)", re.MULTILINE
)


class Gone(LabError):
    """A suite is not where it was looked for, and nothing else is wrong there."""


def say(text: str) -> None:
    """Show a step of long work."""
    print(f"lab: {text}", file=sys.stderr, flush=True)


def environment() -> dict[str, str]:
    """Return ours, in one language; an ordinary user's PATH lacks depmod's folder."""
    path = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
    return {**os.environ, "LC_ALL": "C.UTF-8", "PATH": path}


def run(
    command: list[str | Path], cwd: Path | None = None, apt: Path | None = None
) -> str:
    """Run a command and return what it printed.

    Raises LabError with the end of its output when it fails.
    """
    env = environment()
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
        lines = (done.stderr or done.stdout).splitlines()
        tail = "\n".join([line for line in lines if line[:3] != "I: "][-5:])
        why = reason(str(command[0]), done.stdout + done.stderr)
        kind = Gone if not why and GONE.search(tail) else LabError
        raise kind(f"{why}{command[0]} failed with {done.returncode}:\n{tail}")
    return done.stdout


def archives() -> dict[str, str]:
    """Return the addresses that this machine's apt uses, by the archive's label."""
    if not shutil.which("apt-get"):
        return {}
    listed = run(["apt-get", "indextargets", "--format", "$(LABEL)\t$(REPO_URI)"])
    return dict(line.split("\t") for line in listed.splitlines())


def reason(tool: str, said: str) -> str:
    """Return a line with what a tool that failed lacks of the world outside, or ""."""
    why = outside.full_disk(said)
    if not why and tool == "mmdebstrap":
        why = outside.no_namespaces()
    if not why and tool in ("apt-get", "mmdebstrap"):
        why = outside.no_mirror(mirror())
    return f"{why}\n" if why else ""


def mirror() -> str:
    """Return the Debian mirror that this machine's apt uses, or DEBIAN_MIRROR.

    Raises LabError where there is none, as on another distribution.
    """
    known = os.environ.get("DEBIAN_MIRROR") or archives().get("Debian")
    if known:
        return known
    raise LabError(
        "no Debian mirror is known here: run 'apt-get update', or set DEBIAN_MIRROR "
        "to the address of one"
    )


def old_releases(uri: str) -> list[str]:
    """Return where releases may be that a mirror has no more, by its address.

    Mirrors keep them beside the others, Debian itself on a host of that name.
    DEBIAN_ARCHIVE says it better.
    """
    if os.environ.get("DEBIAN_ARCHIVE"):
        return [os.environ["DEBIAN_ARCHIVE"]]
    parts = urlsplit(uri)
    above, _, name = parts.path.rstrip("/").rpartition("/")
    beside = parts._replace(path=f"{above}/{name}-archive/{name}")
    found = [urlunsplit(beside)]
    if parts.netloc.count(".") > 1:
        host = f"archive.{parts.netloc.partition('.')[2]}"
        found.append(urlunsplit(parts._replace(netloc=host)))
    return found


def wherever(suite: str, read: Callable[[str], object]) -> None:
    """Read a suite of Debian: from the mirror or, where it is gone, an archive.

    read takes an address. Raises its LabError, or one when no place has the suite.
    """
    uri = mirror()
    try:
        read(uri)
        return
    except Gone:
        said = ""
    for place in old_releases(uri):
        say(f"{uri} has no {suite} any more: trying {place}")
        try:
            read(place)
            return
        except LabError as error:
            lines = str(error).splitlines()
            said += "\n" + next(
                (line for line in lines if line[:3] == "E: "), lines[-1]
            )
    raise LabError(
        f"{suite} is neither on the mirror nor in an archive of old releases: set "
        f"DEBIAN_ARCHIVE to the address of one that has it{said}"
    )


def trust() -> str:
    """Return what of a source says whose signature its lists must have.

    In later releases of Debian the keys of old ones are apart.
    """
    apart = KEYRING.replace("keyring.gpg", "removed-keys.gpg")
    return f"Signed-By: {KEYRING}{f' {apart}' if Path(apart).exists() else ''}\n"


def private_apt(root: Path, suite: str, architecture: str = "amd64") -> None:
    """Make an apt of our own below root, for one suite, and update its lists."""
    for name in (
        "lists/partial",
        "cache/archives/partial",
        "etc/sources.list.d",
        "etc/preferences.d",
        "etc/apt.conf.d",
    ):
        (root / name).mkdir(parents=True)
    (root / "status").touch()
    (root / "apt.conf").write_text(
        f'Dir::Etc "{root}/etc";\n'
        'Dir::Etc::sourcelist "/dev/null";\n'
        f'Dir::State::lists "{root}/lists";\n'
        f'Dir::State::status "{root}/status";\n'
        f'Dir::Cache "{root}/cache";\n'
        f'APT::Architecture "{architecture}";\n'
        'APT::Sandbox::User "";\n'  # our folder is closed to the user _apt
        'Acquire::Languages "none";\n'
        # An archive, or a mirror that stands still, serves lists that have expired.
        'Acquire::Check-Valid-Until "false";\n'
    )

    def update(uri: str) -> None:
        (root / "etc/sources.list.d/debian.sources").write_text(
            f"Types: deb\nURIs: {uri}\nSuites: {suite}\n"
            f"Components: main\nArchitectures: {architecture}\n{trust()}"
        )
        # Without that, apt takes lists that cannot be had for a warning.
        strict = ["-o", "APT::Update::Error-Mode=any"]
        run(["apt-get", "-q", *strict, "update"], apt=root)

    wherever(suite, update)


def field(apt: Path, package: str, name: str) -> str:
    """Return a field of a package's newest version, "" where it has none."""
    for line in run(["apt-cache", "show", package], apt=apt).splitlines():
        if line.startswith(f"{name}: "):
            return line.partition(": ")[2]
        if not line:
            break
    return ""


def releases(apt: Path, flavour: str) -> list[str]:
    """Return the kernels of a flavour that an apt knows, as in 6.1.0-50-amd64.

    No metapackage is asked: it names one, of whatever series is the newest today.
    Words without a digit are of other flavours, as in 6.1.0-50-cloud-amd64.
    """
    said = run(["apt-cache", "search", "--names-only", "^linux-image-[0-9]"], apt=apt)
    found = [line.split()[0].removeprefix("linux-image-") for line in said.splitlines()]
    end = f"-{flavour}"
    return [
        release
        for release in found
        if release.endswith(end)
        and all(map(re.compile(r"\d").search, release.removesuffix(end).split("-")))
    ]


def newest(apt: Path, found: list[str]) -> str:
    """Return the one of some kernels whose package has the highest version."""

    def compare(one: str, other: str) -> int:
        versions = [
            field(apt, f"linux-image-{name}", "Version") for name in (one, other)
        ]
        higher = ["dpkg", "--compare-versions", versions[0], "gt", versions[1]]
        return 1 if subprocess.run(higher, check=False).returncode == 0 else -1

    return max(found, key=cmp_to_key(compare))


def kernel_packages(
    apt: Path, kernel: Kernel, flavour: str = "amd64", kept: str = ""
) -> tuple[str, list[str]]:
    """Return the exact release of a series and the packages that hold its files.

    That is the one that was kept, if the suite still has it, else the newest. Up to
    6.12 linux-image holds all; later it is empty and depends on linux-binary (vmlinuz)
    and linux-modules.
    """
    every = releases(apt, flavour)
    found = [release for release in every if release.startswith(f"{kernel.series}.")]
    if not found:
        others = ", ".join(sorted(every)) or "none"
        raise LabError(
            f"{kernel.suite} has no kernel {kernel.series}, of {flavour} it has "
            f"{others}: change tests/lab/kernels.txt, or use a cache that still has it"
        )
    release = kept if kept in found else newest(apt, found)
    parts = [f"linux-binary-{release}", f"linux-modules-{release}"]
    if parts[0] in field(apt, f"linux-image-{release}", "Depends"):
        return release, [*parts, f"linux-base-{release}"]
    return release, [f"linux-image-{release}"]


def unpack(debs: Iterable[Path], tree: Path) -> None:
    """Unpack packages into a tree, whose dpkg database says so."""
    database = tree / DATABASE
    (database / "info").mkdir(parents=True)
    with (database / "status").open("w", encoding="utf-8") as status:
        for deb in debs:
            run(["dpkg-deb", "-x", deb, tree])
            control = run(["dpkg-deb", "-f", deb])
            status.write(f"{control}Status: install ok unpacked\n\n")
            name = run(["dpkg-deb", "-f", deb, "Package"]).strip()
            held = run(["sh", "-c", 'dpkg-deb --fsys-tarfile "$1" | tar -t', "sh", deb])
            files = [line[1:].rstrip("/") or "/." for line in held.splitlines()]
            listed = database / "info" / f"{name}.list"
            listed.write_text("".join(f"{file}\n" for file in files))


def pack_kernel(tree: Path, release: str, target: Path, wanted: list[str]) -> None:
    """Copy vmlinuz and the modules of these names, uncompressed, to target.

    Beside them stand the kernel's configuration, and what dpkg knows of its packages.
    """
    vmlinuz = [*tree.glob("boot/vmlinuz*"), *tree.glob("usr/lib/modules/*/vmlinuz")]
    config = [*tree.glob("boot/config-*"), *tree.glob("usr/lib/modules/*/config")]
    if not vmlinuz or not config:
        missing = "config" if vmlinuz else "vmlinuz"
        raise LabError(f"the packages of kernel {release} hold no {missing}")
    if (tree / "usr/lib/modules").is_dir() and not (tree / "lib").exists():
        (tree / "lib").symlink_to("usr/lib")
    modules = target / "lib/modules" / release
    modules.mkdir(parents=True)
    shutil.copy(vmlinuz[0], target / "vmlinuz")
    shutil.copy(config[0], target / "config")
    shutil.copytree(tree / DATABASE, target / "dpkg")

    # The packages hold no modules.dep; modprobe needs it to find what depends.
    run(["depmod", "-b", tree, release])
    base = tree / "lib/modules" / release
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        if (base / name).exists():
            shutil.copy(base / name, modules)
    show: list[str | Path] = [
        "modprobe",
        "-d",
        tree,
        "-S",
        release,
        "--show-depends",
        "-a",
        *wanted,
    ]
    found = subprocess.run(
        show, env=environment(), capture_output=True, text=True, check=False
    ).stdout
    files = {line.split()[1] for line in found.splitlines() if line[:6] == "insmod"}
    for file in sorted(Path(name) for name in files):
        place = modules / file.relative_to(base)
        place.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".xz":
            place = place.with_suffix("")
            place.write_text("")
            with place.open("wb") as out:
                subprocess.run(["xz", "-dc", file], stdout=out, check=True)
        else:
            shutil.copy(file, place)
    run(["depmod", "-b", target, release])


def bootstrap(suite: str, packages: list[str], *options: str) -> list[str]:
    """Return a command that makes a root of a suite: apt and some packages.

    The caller adds the target and where the packages come from.
    """
    return [
        *("mmdebstrap", "--quiet", "--variant=apt", "--components=main"),
        # A mirror that stands still serves lists that have expired: good enough.
        '--aptopt=Acquire::Check-Valid-Until "false"',
        "--dpkgopt=force-unsafe-io",  # a root that is soon thrown away
        *(f"--keyring={KEYRING}", f"--include={','.join(packages)}"),
        *(*options, suite),
    ]
