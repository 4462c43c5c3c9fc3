"""Build the machine that runs in the page: build/html/live.

Debian's i386 kernel and programs are downloaded once; a guest made of them boots in
Node, and its state is saved and packed. Both are kept in the cache, by what they were
made from, so that only a change of the guest or of a sample costs a boot.
"""

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

from book.files import machine

from tests import CHECKOUT
from tests.lab import cache, outside, sources
from tests.lab.cache import LabError
from tests.lab.debian import run, say
from tests.live.image import fetched, folder, made_from, pack, pack_compiler, shipped
from tests.live.pages import write_exercises, write_pages

HERE = Path(__file__).resolve().parent

TARGET = CHECKOUT / "build/html/live"
SCRIPTS = CHECKOUT / "docs/live"
BIOS = {
    "bios": Path("/usr/share/seabios/bios.bin"),
    "vga": Path("/usr/share/seabios/vgabios-stdvga.bin"),
}
V86 = CHECKOUT / "node_modules/v86/build"
XTERM = CHECKOUT / "node_modules/@xterm/xterm"
CONFIG = "kernel-config.txt"
SITE = {  # what the page loads that others wrote, packed: a plain server would not
    "v86.mjs.gz": V86 / "libv86.mjs",
    "v86.wasm.gz": V86 / "v86.wasm",
    "xterm.mjs.gz": XTERM / "lib/xterm.mjs",
    "xterm.css.gz": XTERM / "css/xterm.css",
}


def state(debian: Path) -> Path:
    """Return the packed state of the guest, booted if there is none of this kind."""
    memory = json.loads((SCRIPTS / "guest.json").read_text())["memory"]
    scripts = [SCRIPTS / name for name in ("machine.js", "session.js")]
    name = cache.key(made_from(debian), str(memory), *BIOS.values(), V86, *scripts)
    target = folder() / "states" / f"{name}.zst"
    if not target.exists():
        with cache.scratch() as tmp:
            boot(debian, tmp)
            target.parent.mkdir(parents=True, exist_ok=True)
            (tmp / "state.zst").rename(target)
    return target


def boot(debian: Path, tmp: Path) -> None:
    """Boot the guest, and leave its packed state in a folder."""
    pack(debian, tmp / "initrd")
    say("booting the page's guest in Node (half a minute)")
    (tmp / "kernel").symlink_to(debian / "kernel/vmlinuz")
    for name, path in BIOS.items():
        (tmp / name).symlink_to(path)
    run(["node", HERE / "boot.mjs", tmp, tmp / "state"])
    say("packing its state")
    run(["zstd", "-q", "--ultra", "-22", tmp / "state", "-o", tmp / "state.zst"])


def install(packed: Path, debian: Path) -> None:
    """Put together what the page loads, next to the pages."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TARGET.parent, prefix=".live.") as tmp:
        live = Path(tmp) / "live"
        shutil.copytree(SCRIPTS, live)
        for name, path in SITE.items():
            (live / name).write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        shutil.copy(packed, live / "state.zst")
        shutil.copy(CHECKOUT / "docs/transcripts/classes.json", live)
        write_pages(live / "pages")
        write_exercises(live)
        pack_compiler(debian, live / "compiler.squashfs")
        write_sources(debian, live)
        machine.tell(live, machine.THERE)
        shutil.rmtree(TARGET, ignore_errors=True)
        live.rename(TARGET)


def write_sources(debian: Path, live: Path) -> None:
    """Write what the machine is made of, where its sources are, and the licences."""
    kernel = sources.installed(debian / "kernel/dpkg")
    parts = {
        "The kernel": f"Its configuration is in {CONFIG}.\n\n{sources.table(kernel)}",
        "Programs, libraries and headers": sources.table(shipped(debian)),
        "The BIOS": sources.of_this_machine(*BIOS.values()),
        "The emulator and the terminal, from npm": npm_packages(),
    }
    text = sources.listed("The machine in the page: what it is made of", parts)
    (live / machine.SOURCES).write_text(text, encoding="utf-8")
    shutil.copy(debian / "kernel/config", live / CONFIG)


def npm_packages() -> str:
    """Return what the page loads of npm's, each with its licence in full."""
    text = ""
    for folder_ in (V86.parent, XTERM):
        package = json.loads((folder_ / "package.json").read_text(encoding="utf-8"))
        licence = (folder_ / "LICENSE").read_text(encoding="utf-8").strip()
        text += f"{package['name']} {package['version']}, {package['license']}:\n\n"
        text += textwrap.indent(licence, "    ") + "\n\n"
    return text


def main() -> int:
    """Build it; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="tests/live/assemble", description=__doc__.split("\n")[0]
    )
    parser.parse_args()
    began = time.monotonic()
    try:
        with cache.locked("live"):
            debian = fetched()
            install(state(debian), debian)
    except (LabError, OSError, subprocess.SubprocessError) as error:
        print(f"live: {outside.told(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    say(f"build/html/live is ready, after {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
