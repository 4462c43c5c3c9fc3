"""Download the lab's kernels and make the guest's root image.

The only program of the lab that uses the network. It reads Debian's archive by a
private apt, which leaves the machine's own apt alone and checks Debian's signatures,
and keeps the result in the cache folder. What is there already is not fetched again.
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.lab import cache, contents, outside
from tests.lab.cache import Kernel, LabError
from tests.lab.debian import (
    field,
    kernel_packages,
    pack_kernel,
    private_apt,
    run,
    say,
    unpack,
    wherever,
)

SUITE = "trixie"  # of the guest's root image, whatever its kernel


def fetch_kernel(apt: Path, kernel: Kernel) -> None:
    """Download a kernel and keep it in the cache, with its entry in the lock file."""
    entries = cache.read_lock()
    known = entries.get(kernel.series, {"release": "", "version": ""})
    release, packages = kernel_packages(apt, kernel, kept=known["release"])
    version = field(apt, packages[0], "Version")
    if known["version"] not in ("", version):
        gone = f"kernel {known['version']} has gone from {kernel.suite}"
        say(f"{gone}: {version} takes its place")
    say(f"downloading kernel {release} ({', '.join(packages)})")
    with cache.scratch() as tmp:
        run(["apt-get", "-q", "download", *packages], cwd=tmp, apt=apt)
        unpack(tmp.glob("*.deb"), tmp / "tree")
        modules = contents.names("module", "lab")
        pack_kernel(tmp / "tree", release, tmp / "kernel", modules)
        target = cache.folder() / "kernels" / release
        target.parent.mkdir(exist_ok=True)
        if target.exists():
            shutil.rmtree(target)
        (tmp / "kernel").rename(target)
    entries[kernel.series] = {
        "release": release,
        "version": version,
        "packages": {name: field(apt, name, "SHA256") for name in packages},
        "vmlinuz": cache.sha256(target / "vmlinuz"),
        "modules": cache.key(target / "lib"),
        "drivers": drivers(),
    }
    cache.write_lock(entries)


def drivers() -> str:
    """Return a hash of which drivers a kernel is fetched with."""
    return cache.key(*contents.names("module", "lab"))


def root_recipe() -> str:
    """Return a hash of what the root image is made of and how."""
    return cache.key(SUITE, root_command("", Path())[1])


def root_command(uri: str, tmp: Path) -> tuple[list[str | Path], str]:
    """Return mmdebstrap's command line, and what of it decides the image."""
    names = contents.names("package", "lab")
    content: list[str | Path] = [
        "--variant=essential",
        f"--include={','.join(sorted(names))}",
        "--dpkgopt=path-exclude=/usr/share/doc/*",
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        '--customize-hook=chroot "$1" useradd -m -s /bin/bash -u 1000 reader',
        # mmdebstrap would take the name of the machine that it runs on.
        '--customize-hook=echo lab >"$1/etc/hostname"',
        # One file to open where there were twelve: a third of what a short command
        # costs under emulation.
        '--customize-hook=chroot "$1" localedef'
        " --add-to-archive /usr/lib/locale/C.utf8",
        "--customize-hook=rm -rf $1/var/lib/apt/lists $1/var/cache/apt",
    ]
    command: list[str | Path] = ["mmdebstrap", "--architectures=amd64"]
    command += ["--format=tar", *content, SUITE, tmp / "root.tar", uri]
    return command, " ".join(map(str, content))


def fetch_root() -> None:
    """Make the guest's root image, a squashfs, from Debian's packages."""
    say("making the guest's root image (a minute or two)")
    with cache.scratch() as tmp:
        wherever(SUITE, lambda uri: run(root_command(uri, tmp)[0]))
        image = tmp / "root.squashfs"
        pack = 'sqfstar -quiet -no-progress -comp lz4 "$1" <"$2"'
        run(["sh", "-c", pack, "sh", image, tmp / "root.tar"])
        (cache.folder() / "roots").mkdir(exist_ok=True)
        entries = cache.read_lock()
        entries["root"] = {"recipe": root_recipe(), "sha256": cache.sha256(image)}
        image.rename(cache.root_image(entries))
        cache.write_lock(entries)


def kernel_intact(name: str) -> bool:
    """Tell whether the cache holds a kernel series as it is asked for, undamaged."""
    entry = cache.read_lock().get(name)
    # An entry from before drivers were noted has those of that time.
    if not entry or entry.get("drivers", drivers()) != drivers():
        return False
    place = cache.folder() / "kernels" / entry["release"]
    if not (place / "config").exists() or not (place / "dpkg").exists():
        return False  # fetched before these were kept
    # The modules are in the initramfs by now, which is named after what they were;
    # their own sums are compared when it is made.
    return cache.intact(place / "vmlinuz", entry["vmlinuz"])


def root_intact() -> bool:
    """Tell whether the cache holds the root image that is asked for, undamaged."""
    entries = cache.read_lock()
    if "root" not in entries or entries["root"]["recipe"] != root_recipe():
        return False
    return cache.intact(cache.root_image(entries), entries["root"]["sha256"])


def forget() -> int:
    """Remove the cache folder and all in it; return the exit status."""
    if cache.folder().is_dir():
        say(f"removing {cache.folder()}")
        shutil.rmtree(cache.folder())
    return 0


def main() -> int:
    """Fetch what is missing; return the exit status."""
    known = [kernel.series for kernel in cache.kernels()]
    parser = argparse.ArgumentParser(
        prog="tests/lab/fetch", description=__doc__.split("\n")[0]
    )
    parser.add_argument("series", nargs="*", metavar="SERIES", help=", ".join(known))
    parser.add_argument("--forget", action="store_true", help="remove the cache folder")
    args = parser.parse_args()
    if args.forget and not args.series:
        return forget()
    if args.forget or not set(args.series) <= {*known, "all"} or not args.series:
        parser.error(f"name kernels ({', '.join(known)}, all), or --forget alone")
    series = known if "all" in args.series else args.series
    began = time.monotonic()
    try:
        with cache.locked("fetch"):
            missing = [cache.kernel(name) for name in series if not kernel_intact(name)]
            if missing:
                say("reading the package lists")
                for kernel in missing:
                    with cache.scratch() as apt:
                        private_apt(apt, kernel.suite)
                        fetch_kernel(apt, kernel)
            root_missing = not root_intact()
            if root_missing:
                fetch_root()
    except (LabError, OSError, subprocess.SubprocessError) as error:
        print(f"lab: {outside.told(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130  # what was half made is removed, what is whole stays
    if missing or root_missing:
        say(f"fetched in {time.monotonic() - began:.0f} s into {cache.folder()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
