"""Debian's archive: where this machine gets it, and tools that read it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.lab import outside
from tests.lab.cache import Kernel, LabError

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def say(text: str) -> None:
    """Show a step of long work."""
    print(f"lab: {text}", file=sys.stderr, flush=True)


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
        lines = (done.stderr or done.stdout).splitlines()
        tail = "\n".join([line for line in lines if line[:3] != "I: "][-5:])
        why = reason(str(command[0]), done.stdout + done.stderr)
        raise LabError(f"{why}{command[0]} failed with {done.returncode}:\n{tail}")
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


def private_apt(root: Path, suites: list[str], architecture: str = "amd64") -> None:
    """Make an apt of our own below root, and update its lists."""
    for name in (
        "lists/partial",
        "cache/archives/partial",
        "etc/sources.list.d",
        "etc/preferences.d",
        "etc/apt.conf.d",
    ):
        (root / name).mkdir(parents=True)
    (root / "status").touch()
    (root / "etc/sources.list.d/debian.sources").write_text(
        f"Types: deb\nURIs: {mirror()}\nSuites: {' '.join(suites)}\n"
        f"Components: main\nArchitectures: {architecture}\nSigned-By: {KEYRING}\n"
    )
    (root / "apt.conf").write_text(
        f'Dir::Etc "{root}/etc";\n'
        'Dir::Etc::sourcelist "/dev/null";\n'
        f'Dir::State::lists "{root}/lists";\n'
        f'Dir::State::status "{root}/status";\n'
        f'Dir::Cache "{root}/cache";\n'
        f'APT::Architecture "{architecture}";\n'
        'APT::Sandbox::User "";\n'  # our folder is closed to the user _apt
        'Acquire::Languages "none";\n'
    )
    # Without that, apt takes lists that cannot be had for a warning.
    strict = ["-o", "APT::Update::Error-Mode=any"]
    run(["apt-get", "-q", *strict, "update"], apt=root)


def field(apt: Path, package: str, name: str) -> str:
    """Return a field of a package's newest version, "" where it has none."""
    for line in run(["apt-cache", "show", package], apt=apt).splitlines():
        if line.startswith(f"{name}: "):
            return line.partition(": ")[2]
        if not line:
            break
    return ""


def kernel_packages(
    apt: Path, kernel: Kernel, flavour: str = "amd64"
) -> tuple[str, list[str]]:
    """Return a series' exact release and the packages that hold its files.

    The metapackage linux-image-FLAVOUR names the image. Up to 6.12 that package holds
    all; later ones are empty and depend on linux-binary (vmlinuz) and linux-modules.
    """
    wanted = field(apt, f"linux-image-{flavour}/{kernel.suite}", "Depends")
    names = [item.split()[0] for item in wanted.split(",")]
    image = next(name for name in names if name.startswith("linux-image-"))
    release = image.removeprefix("linux-image-")
    if not release.startswith(kernel.series + "."):
        raise LabError(
            f"{kernel.suite} has kernel {release} now, no longer {kernel.series}: "
            "change tests/lab/kernels.txt, or use a cache that still has it"
        )
    parts = [f"linux-binary-{release}", f"linux-modules-{release}"]
    if parts[0] in field(apt, image, "Depends"):
        return release, [*parts, f"linux-base-{release}"]
    return release, [image]


def pack_kernel(tree: Path, release: str, target: Path, wanted: list[str]) -> None:
    """Copy vmlinuz and the modules of these names, uncompressed, to target."""
    vmlinuz = [*tree.glob("boot/vmlinuz*"), *tree.glob("usr/lib/modules/*/vmlinuz")]
    if not vmlinuz:
        raise LabError(f"the packages of kernel {release} hold no vmlinuz")
    if (tree / "usr/lib/modules").is_dir() and not (tree / "lib").exists():
        (tree / "lib").symlink_to("usr/lib")
    modules = target / "lib/modules" / release
    modules.mkdir(parents=True)
    shutil.copy(vmlinuz[0], target / "vmlinuz")

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
    found = subprocess.run(show, capture_output=True, text=True, check=False).stdout
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
