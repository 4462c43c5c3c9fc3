"""Put together what a reader without Debian downloads, in build/dist.

The site, EPUB and PDF, an archive of the samples, and the lab: a kernel, its initial
file system with the compiled samples, the root image, and a script that boots them
under any QEMU; SOURCES there says what it is made of. SHA256SUMS names all files. What
goes in must have been built: "make dist" sees to that.
"""

import argparse
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import IO, cast

from tests import CHECKOUT
from tests.exercises.catalogue import offered
from tests.lab import cache, guest, sources
from tests.lab.cache import Image, LabError
from tests.lab.debian import DATABASE
from tests.lab.image import BUSYBOX, image, run
from tests.lab.tree import pack_cpio, set_modes

HERE = Path(__file__).resolve().parent

BUILD = CHECKOUT / "build"
CONFIG = "kernel-config"
LICENSE = CHECKOUT / "LICENSE"
BOOK = "linux-namespaces-hands-on"


def archive(source: Path, target: Path, name: str) -> None:
    """Pack a folder under a name; the same files make the same archive."""

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = "root"
        entry.mode = 0o755 if entry.mode & 0o100 else 0o644
        return entry

    with target.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as packed:
        with tarfile.open(fileobj=cast(IO[bytes], packed), mode="w") as tar:
            tar.add(source, name, filter=plain)


def copy_samples(target: Path) -> None:
    """Copy the samples, with the starters of the exercises that pages show."""
    shutil.copytree(CHECKOUT / "code-samples", target)
    (target / "exercises").mkdir()
    for exercise in offered():
        starter = exercise.folder / f"starter{exercise.suffix}"
        shutil.copy(starter, target / f"exercises/{exercise.name}{exercise.suffix}")


def portable_initrd(plain: Path, target: Path) -> None:
    """Write a guest's initramfs with the samples in it, for a guest on its own.

    The kernel unpacks one cpio archive after another, so ours is appended.
    """
    with cache.scratch() as tmp:
        lab = tmp / "tree" / "lab"
        shutil.copytree(HERE / "guest", lab)
        copy_samples(lab / "book/code-samples")
        shutil.copytree(BUILD / "samples", lab / "book/build/samples")
        pack_cpio(tmp / "tree", tmp / "more")
        with target.open("wb") as whole:
            for part in (plain, tmp / "more"):
                with part.open("rb") as file:
                    shutil.copyfileobj(file, whole)
                whole.write(b"\0" * (-whole.tell() % 512))


def machine_words() -> str:
    """Return what boot gives to QEMU, a word a line: all but where terminals lead."""
    machine = [*guest.board(Path("root.squashfs"), "q35"), *guest.terminals()]
    words = [*guest.BARE, *machine, *guest.booted(Path("vmlinuz"), Path("initrd"))]
    return "".join(f"{word}\n" for word in words)


def root_packages(root: Path) -> str:
    """Return the table of the packages that a root image's own dpkg knows."""
    with cache.scratch() as tmp:
        unpack = ["unsquashfs", "-quiet", "-no-progress", "-d", str(tmp / "root")]
        run([*unpack, str(root), DATABASE], tmp)
        return sources.table(sources.installed(tmp / "root" / DATABASE))


def list_sources(files: Image) -> str:
    """Return what the lab is made of, and where the sources are."""
    kernel = sources.installed(files.kernel.parent / "dpkg")
    parts = {
        "The kernel": f"Its configuration is in {CONFIG}.\n\n{sources.table(kernel)}",
        "The root image": root_packages(files.root),
        "In initrd: busybox, and the C library that programs there are linked with": (
            sources.of_this_machine(BUSYBOX, libc())
        ),
    }
    return sources.listed("The lab: what it is made of", parts)


def libc() -> Path:
    """Return the static C library that gcc takes."""
    said = subprocess.run(
        ["gcc", "-print-file-name=libc.a"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Path(said.stdout.strip())


def make_lab(series: str, folder: Path) -> None:
    """Write the files of the lab into a folder."""
    files = image(series)
    folder.mkdir()
    (folder / "SOURCES").write_text(list_sources(files), encoding="utf-8")
    shutil.copy(files.kernel.parent / "config", folder / CONFIG)
    shutil.copy(files.kernel, folder / "vmlinuz")
    shutil.copy(files.root, folder / "root.squashfs")
    portable_initrd(files.initrd, folder / "initrd")
    (folder / "machine").write_text(machine_words())
    shutil.copy(HERE / "boot", folder / "boot")


def pack_samples(target: Path) -> None:
    """Write the archive of the samples, for who has nothing else of the book."""
    with cache.scratch() as tmp:
        copy_samples(tmp / "code-samples")
        shutil.copy(LICENSE, tmp / "code-samples")
        archive(tmp / "code-samples", target, "code-samples")


def make_dist(series: str, dist: Path) -> None:
    """Write everything into a folder that is empty."""
    for form in ("epub", "pdf"):
        shutil.copy(BUILD / form / f"{BOOK}.{form}", dist)
    archive(BUILD / "html", dist / f"{BOOK}-site.tar.gz", BOOK)
    pack_samples(dist / f"{BOOK}-samples.tar.gz")
    shutil.copy(LICENSE, dist)
    make_lab(series, dist / "lab")
    set_modes(dist)
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(dist)}\n"
        for path in sorted(dist.rglob("*"))
        if path.is_file()
    ]
    (dist / "SHA256SUMS").write_text("".join(sums), encoding="ascii")


def main() -> int:
    """Make it anew, beside the old one until it is whole; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/dist/make", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--kernel", default=cache.DEFAULT, metavar="SERIES")
    args = parser.parse_args()
    dist, new = BUILD / "dist", BUILD / "dist.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        make_dist(args.kernel, new)
    except FileNotFoundError as error:
        print(f"dist: no {error.filename}: run 'make dist'", file=sys.stderr)
        return 1
    except (LabError, OSError) as error:
        print(f"dist: {error}", file=sys.stderr)
        return 1
    shutil.rmtree(dist, ignore_errors=True)
    os.rename(new, dist)
    subprocess.run(["du", "-ah", "--apparent-size", str(dist)], check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
