"""The guest of the page: its packages, its root, what it boots from.

All of it is Debian's i386, because that is what v86 emulates. Downloads and what is
made of them lie in the lab's cache, named by what they were made from.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests import CHECKOUT
from tests.lab import cache, contents, sources
from tests.lab.cache import Kernel
from tests.lab.debian import (
    DATABASE,
    kernel_packages,
    pack_kernel,
    private_apt,
    run,
    say,
    unpack,
)
from tests.lab.tree import pack_cpio, plain

HERE = Path(__file__).resolve().parent
LAB = HERE.parent / "lab/guest"
EXERCISES = HERE.parent / "exercises"

KERNEL = Kernel("6.1", "bookworm")  # the last series that Debian builds for i386
FLAVOUR = "686"  # the other one wants PAE, and gives nothing for it in 96 MB
SUITE = "trixie"  # of the programs, as in the lab
KEPT = 2  # of what is kept of them; another number fetches anew
FOLDERS = ("usr/bin", "usr/sbin")
LIBRARIES = ("usr/lib/i386-linux-gnu", "usr/lib")
LOADER = "usr/lib/ld-linux.so.2"
TERMINALS = ("usr/share/terminfo/d/dumb", "usr/share/terminfo/x/xterm")
EMPTY = (
    *("dev", "etc", "home/reader", "lab/compiler", "media", "mnt", "proc", "root"),
    *("run", "sys", "tmp"),
)
MERGED = ("bin", "sbin", "lib")  # of /usr, as on every Debian since 12
MASTERS = "usr/share/base-passwd"  # Debian's own users and groups
LOCALE = "usr/lib/locale/C.utf8"
HEADERS = "usr/include"
UAPI = "usr/lib/linux/uapi/x86"  # where headers of the kernel are linked to
HEADER_FOLDERS = ("arpa", "asm-generic", "i386-linux-gnu", "linux", "net", "netinet")
START_FILES = ("crt1.o", "crti.o", "crtn.o", "libc.so", "libc_nonshared.a")
ETC = {
    "passwd": "reader:x:1000:1000::/home/reader:/bin/bash\n",
    "group": "reader:x:1000:\n",
    "subuid": "reader:100000:65536\n",
    "subgid": "reader:100000:65536\n",
    "hostname": "lab\n",
    # What readline writes around a prompt by itself would be taken for output.
    "inputrc": "set enable-bracketed-paste off\n",
}


def folder() -> Path:
    """Return the part of the cache that is the page's."""
    return cache.folder() / "live"


def fetched() -> Path:
    """Return the folder with Debian's part of the guest: kernel and packages.

    What is not in the cache is downloaded.
    """
    held = [sorted(contents.names(kind, "page")) for kind in contents.KINDS]
    name = cache.key(repr((KERNEL, FLAVOUR, SUITE, KEPT, *held)))
    target = folder() / "debian" / name
    if target.exists():
        return target
    with cache.locked("live-fetch"), cache.scratch() as tmp:
        if not target.exists():
            fetch_kernel(tmp)
            fetch_packages(tmp)
            target.parent.mkdir(parents=True, exist_ok=True)
            (tmp / "guest").rename(target)
    return target


def fetch_kernel(tmp: Path) -> None:
    """Download the kernel, and keep it and its drivers in tmp/guest/kernel."""
    apt = tmp / "kernel-apt"
    private_apt(apt, KERNEL.suite, "i386")
    release, packages = kernel_packages(apt, KERNEL, FLAVOUR)
    say(f"downloading kernel {release} for the page")
    download(apt, packages, tmp / "kernel", tmp / "tree")
    kernel = tmp / "guest/kernel"
    pack_kernel(tmp / "tree", release, kernel, contents.names("module", "page"))


def fetch_packages(tmp: Path) -> None:
    """Unpack the packages of the guest, and what they need, into tmp/guest/root."""
    say("downloading the programs of the guest in the page")
    apt = tmp / "apt"
    private_apt(apt, SUITE, "i386")
    install = ("apt-get", "-q", "--no-install-recommends", "--simulate", "install")
    plan = run([*install, *contents.names("package", "page")], apt=apt)
    needed = re.findall(r"^Inst (\S+)", plan, re.MULTILINE)
    download(apt, needed, tmp / "packages", tmp / "guest/root")
    shutil.rmtree(tmp / "guest/root/usr/share/doc")


def download(apt: Path, packages: list[str], debs: Path, tree: Path) -> None:
    """Download packages into a folder, and unpack them into a tree."""
    debs.mkdir()
    run(["apt-get", "-q", "download", *packages], cwd=debs, apt=apt)
    unpack(sorted(debs.glob("*.deb")), tree)


def shipped(debian: Path) -> list[sources.Origin]:
    """Return the packages of which the guest, or the image of the compiler, has files.

    The master files of users and groups are there as text, below ours.
    """
    system = debian / "root"
    paths = [find(system, FOLDERS, name) for name in contents.programs("page")]
    paths = [LOADER, *TERMINALS, *with_libraries(system, paths)]
    folders = [system / name for name in (MASTERS, LOCALE, *compiler_files(system))]
    for folder in folders:
        found = folder.rglob("*") if folder.is_dir() else [folder]
        paths += [str(file.relative_to(system)) for file in found if not file.is_dir()]
    owners = sources.owners(system / DATABASE, [f"/{path}" for path in paths])
    return sources.installed(system / DATABASE, owners)


def needed(program: Path) -> list[str]:
    """Return the libraries that a program or a library names."""
    said = run(["readelf", "-d", program])
    return re.findall(r"\(NEEDED\).*\[(.*)\]", said)


def find(root: Path, folders: tuple[str, ...], name: str) -> str:
    """Return where a file lies in a root, in the first of some folders that has it."""
    for place in folders:
        if (root / place / name).exists():
            return f"{place}/{name}"
    raise cache.LabError(f"no package of the page in tests/lab/contents.txt has {name}")


def with_libraries(root: Path, names: list[str]) -> Iterator[str]:
    """Yield programs of a root, and after each the libraries that it needs."""
    todo, seen = list(names), set[str]()
    while todo:
        name = todo.pop()
        if name in seen or name.endswith(Path(LOADER).name):
            continue
        seen.add(name)
        yield name
        for library in needed(root / name):
            todo.append(find(root, LIBRARIES, library))


def copy_programs(debian: Path, names: list[str], root: Path) -> None:
    """Copy programs of Debian, and their libraries, below a folder."""
    system = debian / "root"
    paths = [find(system, FOLDERS, name) for name in names]
    for name in [LOADER, *with_libraries(system, paths)]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(system / name, root / name)
    for name in MERGED:
        (root / "usr" / name).mkdir(exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")


def compiled(root: Path, debian: Path) -> None:
    """Build samples, graders and the lab's helpers for the guest's own libc.

    They are dynamic, as what a reader's own compiler makes: messages read the same.
    """
    system = debian / "root"
    # -B and -L: before the machine's own 32-bit libc, which gcc prefers to a sysroot's.
    library = system / LIBRARIES[0]
    flags = f"CFLAGS=-m32 --sysroot={system} -B{library} -L{library} -std=gnu17 -O2"
    for folder_, name in (
        ("code-samples", "samples"),
        ("tests/exercises", "exercises"),
    ):
        build = root / "book/build" / name
        where = ("-C", CHECKOUT / folder_, f"BUILD={build}")
        named = f"{flags} -DLOADER='\"/{LOADER}\"'"
        run(["make", "-s", "-j2", *where, named, "LDFLAGS=-s"])
    shutil.rmtree(root / "book/build/exercises/library")
    options = flags.partition("=")[2].split()
    for source in sorted((CHECKOUT / "tests/lab/guest").glob("*.c")):
        run(["gcc", *options, "-s", "-o", root / "lab" / source.stem, source])


def write_etc(debian: Path, root: Path) -> None:
    """Write what programs look up, Debian's own users and groups included."""
    for name, text in ETC.items():
        master = debian / "root" / MASTERS / f"{name}.master"
        above = master.read_text() if master.exists() else ""
        (root / "etc" / name).write_text(above + text)


def lay_out(debian: Path, root: Path) -> None:
    """Write the whole root of the guest below a folder."""
    copy_programs(debian, contents.programs("page"), root)
    for name in TERMINALS:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(debian / "root" / name, root / name)
    (root / "bin/sh").symlink_to("dash")
    for name in EMPTY:
        (root / name).mkdir(parents=True, exist_ok=True)
    write_etc(debian, root)
    for script in ("control", "rc", "terminal"):
        shutil.copy(LAB / script, root / "lab")
    shutil.copytree(HERE / "guest", root / "lab", dirs_exist_ok=True)
    shutil.copy(LAB / "bashrc", root / "lab/lab.bashrc")
    (root / "lab/bashrc").rename(root / "etc/bash.bashrc")
    (root / "lab/inittab").rename(root / "etc/inittab")
    (root / "sbin/init").symlink_to("/bin/busybox")
    (root / "sbin/modprobe").symlink_to("/bin/busybox")
    shutil.copytree(debian / "root" / LOCALE, root / LOCALE)
    unread = shutil.ignore_patterns("*.order", "modules.builtin*", "*.bin")
    shutil.copytree(debian / "kernel/lib/modules", root / "lib/modules", ignore=unread)
    link_compiler(root)
    compiled(root, debian)
    shutil.copytree(CHECKOUT / "code-samples", root / "book/code-samples")
    for starter in EXERCISES.glob("*/starter.*"):
        copy = root / "book" / starter.relative_to(CHECKOUT)
        copy.parent.mkdir(parents=True)
        shutil.copy(starter, copy)


def made_from(debian: Path) -> str:
    """Return a short name for all that the guest is made from."""
    recipe = [HERE / name for name in ("guest", "image.py", "boot.mjs", "node.mjs")]
    recipe += [HERE.parent / name for name in ("lab/tree.py", "probe.c", "probe.h")]
    folders = [CHECKOUT / "code-samples", EXERCISES / "library", LAB]
    ours = sorted(EXERCISES.glob("*/grader.c")) + sorted(EXERCISES.glob("*/starter.*"))
    names = " ".join(str(path.relative_to(EXERCISES)) for path in ours)
    compiler = run(["gcc", "--version"])
    programs = repr(contents.programs("page"))
    return cache.key(debian.name, programs, compiler, names, *recipe, *folders, *ours)


def pack(debian: Path, target: Path) -> None:
    """Write the initramfs from which the guest boots."""
    with cache.scratch() as tmp:
        root, first = tmp / "root", tmp / "first"
        lay_out(debian, root)
        for name in ("dev", "newroot"):
            (first / name).mkdir(parents=True)
        copy_programs(debian, ["busybox"], first)
        (root / "lab/init").rename(first / "init")
        plain(root)
        whose = ("--sort=name", "--owner=0", "--group=0", "--numeric-owner")
        run(["tar", "-C", root, *whose, "-czf", first / "root.tar.gz", "."])
        pack_cpio(first, tmp / "initrd")
        (tmp / "initrd").rename(target)


def compiler_files(system: Path) -> list[str]:
    """Return files and folders of Debian that compiling needs."""
    headers = [f"{HEADERS}/{path.name}" for path in (system / HEADERS).glob("*.h")]
    headers += [f"{HEADERS}/{name}" for name in HEADER_FOLDERS]
    starts = [f"{LIBRARIES[0]}/{name}" for name in ("tcc", *START_FILES)]
    return sorted([*headers, *starts, UAPI, "usr/bin/tcc"])


def link_compiler(root: Path) -> None:
    """Let the root find there what the image of the compiler holds, once mounted."""
    for name in ("usr/bin/tcc", HEADERS, UAPI.rpartition("/")[0]):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"/lab/compiler/{name}")
    for name in ("tcc", *START_FILES):
        (root / LIBRARIES[0] / name).symlink_to(f"/lab/compiler/{LIBRARIES[0]}/{name}")


def pack_compiler(debian: Path, target: Path) -> None:
    """Write the image that lets the guest compile: tcc, headers, start files.

    It is mounted there, not unpacked: a thousand files take twenty seconds to make.
    lz4 is what an emulated processor unpacks fastest.
    """
    with cache.scratch() as tmp:
        names = compiler_files(debian / "root")
        leave = f"--exclude={HEADERS}/linux/*/*"
        run(["tar", "-C", debian / "root", "-cf", tmp / "tar", leave, *names])
        (tmp / "tree").mkdir()
        run(["tar", "-C", tmp / "tree", "-xf", tmp / "tar"])
        plain(tmp / "tree")
        form = "-comp lz4 -Xhc -all-root -mkfs-time 0 -no-progress -quiet".split()
        run(["mksquashfs", tmp / "tree", tmp / "image", *form])
        shutil.copy(tmp / "image", target)
