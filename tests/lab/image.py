"""What a guest boots from: the fetched kernel, its initramfs, the root image."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.lab import cache, outside
from tests.lab.cache import HERE, Image, LabError
from tests.lab.tree import pack_cpio

BUSYBOX = Path("/bin/busybox")
FOLDERS = ("bin", "dev", "proc", "sys", "lower", "upper", "newroot")


def run(command: list[str], folder: Path) -> None:
    """Run a command in a folder, which is also where its half-made files go.

    Raises LabError with its name and what it said if it fails.
    """
    env = os.environ | {"TMPDIR": str(folder)}
    pipe = subprocess.PIPE
    try:
        subprocess.run(command, cwd=folder, env=env, check=True, stderr=pipe, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip()
        why = outside.full_disk(said)
        name = f"{why}\n{' '.join(command)}" if why else " ".join(command)
        raise LabError(f"{name} failed:\n{said}") from error


def build_initrd(kernel: Path, target: Path) -> None:
    """Write a cpio archive of busybox, the kernel's modules and tests/lab/guest."""
    with cache.scratch() as tmp:
        tree = tmp / "tree"
        for name in FOLDERS:
            (tree / name).mkdir(parents=True)
        shutil.copy(BUSYBOX, tree / "bin/busybox")
        shutil.copytree(kernel / "lib", tree / "lib")
        shutil.copytree(HERE / "guest", tree / "lab")
        for source in sorted((tree / "lab").glob("*.c")):
            program = str(source.with_suffix(""))
            run(["gcc", "-O2", "-static", "-o", program, str(source)], tree)
        (tree / "lab/init").rename(tree / "init")
        pack_cpio(tree, tmp / "initrd")
        target.parent.mkdir(exist_ok=True)
        (tmp / "initrd").rename(target)


def image(series: str) -> Image:
    """Return the files of a kernel series, making its initramfs when it is stale.

    What is in the cache will do, also one that the sweep has fetched. Raises LabError,
    naming the command that fetches it, for what is not.
    """
    lock = cache.read_lock()
    if series not in lock:
        cache.kernel(series)
    fetch = f"tests/lab/fetch {series}"
    if series not in lock or "root" not in lock:
        raise LabError(f"kernel {series} is not in the cache yet: run {fetch}")
    release = lock[series]["release"]
    kernel = cache.folder() / "kernels" / release
    root = cache.root_image(lock)
    files = {
        kernel / "vmlinuz": lock[series]["vmlinuz"],
        root: lock["root"]["sha256"],
    }
    for path, wanted in files.items():
        if not cache.intact(path, wanted):
            raise LabError(f"{path} is gone or damaged: run {fetch}")
    if not BUSYBOX.exists():
        raise LabError(f"{BUSYBOX} is missing: install the package busybox-static")
    recipe = [HERE / name for name in ("guest", "image.py", "tree.py")]
    name = cache.key(release, lock[series]["modules"], *recipe, BUSYBOX)
    initrd = cache.folder() / "initrds" / name
    if not initrd.exists():
        with cache.locked("initrd"):
            if cache.key(kernel / "lib") != lock[series]["modules"]:
                raise LabError(f"the modules in {kernel} are damaged: run {fetch}")
            build_initrd(kernel, initrd)
    return Image(series, lock[series]["version"], kernel / "vmlinuz", initrd, root)
