"""What is built is the same, whoever builds it, where, and when."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import CHECKOUT
from tests.lab import cache, tree

PARTS = ("code-samples", "docs", "tests")

# How things are built in a checkout; argv[1] is the first file, others lie beside it.
LAB = """
import sys
from pathlib import Path
from tests.lab import cache, image
release = cache.read_lock()["6.12"]["release"]
image.build_initrd(cache.folder() / "kernels" / release, Path(sys.argv[1]))
"""
PAGE = """
import sys
from pathlib import Path
from tests.live import image
image.pack(image.fetched(), Path(sys.argv[1]))
image.pack_compiler(image.fetched(), Path(sys.argv[1] + ".compiler"))
"""
SAMPLE = """
import subprocess, sys
target = sys.argv[1]
words = ["make", "-s", "-C", "code-samples", f"BUILD={target}", f"{target}/unshare"]
subprocess.run(words, check=True)
"""

# Who builds: the mask of their files, and what differs between their machines.
ONE = (0o022, {"LC_ALL": "C.UTF-8", "TZ": "UTC"})
OTHERS = {
    "a group's": (0o002, {"LC_ALL": "POSIX", "TZ": "Pacific/Kiritimati"}),
    "a secretive one's": (0o077, {"LANG": "tr_TR.UTF-8", "TZ": "<-11>11"}),
}


def clone(folder: Path, umask: int) -> Path:
    """Return a copy of the checkout as somebody with this umask would have it."""
    skip = shutil.ignore_patterns("__pycache__")
    for part in PARTS:
        shutil.copytree(CHECKOUT / part, folder / part, symlinks=True, ignore=skip)
    for path in [folder, *folder.rglob("*")]:
        everybody = 0o777 if path.stat().st_mode & 0o100 else 0o666
        path.chmod(everybody & ~umask)
    return folder


def built(
    folder: Path, script: str, umask: int, more: dict[str, str]
) -> dict[str, str]:
    """Return the sums of what a script builds, run by somebody in a clone of theirs."""
    book = clone(folder / "where the book is", umask)
    out = folder / "out"
    out.mkdir()
    env = {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "HOME": str(folder), **more}
    env["XDG_CACHE_HOME"] = str(cache.folder().parent)
    words = [sys.executable, "-B", "-c", script, str(out / "initrd")]
    subprocess.run(words, cwd=book, env=env, umask=umask, check=True)
    files = [path for path in out.rglob("*") if path.is_file()]
    return {path.name: cache.sha256(path) for path in files}


@pytest.fixture(
    scope="module", params=[SAMPLE, LAB, PAGE], ids=["sample", "lab", "page"]
)
def one(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[str, str]]:
    """Return a script, and what it builds for one of us."""
    script = str(request.param)
    return script, built(tmp_path_factory.mktemp("one"), script, *ONE)


@pytest.mark.parametrize("other", OTHERS)
def test_it_is_the_same(
    one: tuple[str, dict[str, str]], other: str, tmp_path: Path
) -> None:
    """Neither umask, locale, time zone, home nor place of the builder are in it."""
    script, ours = one
    theirs = built(tmp_path, script, *OTHERS[other])
    assert ours == theirs != {}


def test_modes_are_set(tmp_path: Path) -> None:
    """Who may execute is kept, and so are set-id and sticky bits where they count."""
    modes = {"text": 0o600, "program": 0o775, "su": 0o4711, "folder": 0o2770}
    for name, mode in modes.items():
        place = tmp_path / name
        if name == "folder":
            place.mkdir()
        else:
            place.touch()
        place.chmod(mode)
    (tmp_path / "link").symlink_to("nowhere")
    tree.set_modes(tmp_path)
    found = {name: (tmp_path / name).stat().st_mode & 0o7777 for name in modes}
    wanted = {"text": 0o644, "program": 0o755, "su": 0o4755, "folder": 0o755}
    assert found == wanted
