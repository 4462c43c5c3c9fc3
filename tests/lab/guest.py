"""A running guest: start it, ask its control port, reach its terminals, end it.

Programs open one with ``state.open_guest``, which boots a kernel once and from then
on restores it.
"""

import re
import secrets
import select
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from tests.lab import qmp, ram
from tests.lab.accel import accelerator
from tests.lab.cache import Image, LabError
from tests.lab.runner import ENDED, LinePort, OnLine

TERMINALS = 4
BOOT_SECONDS = 90.0
MEMORY_BYTES = 512 << 20
# No device but ours, no window, and the end when the guest wants to boot again.
BARE = ("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot")
# Emulation keeps what it has translated, by default up to a gigabyte of it.
ACCELERATORS = {"kvm": "kvm", "tcg": "tcg,tb-size=128"}
# Its string instructions would copy byte by byte under emulation, others do words.
# Linux 5.10 relies on the first of these flags where it sees the second.
CPU = "max,-erms,-fsrm"
REASON = re.compile("panic|BUG:|Oops|Out of memory")  # in what a dying kernel says
SERVERS = ("control", "census", "wake")  # in the guest: they read and write lines
PORTS = [*(f"hvc{n}" for n in range(TERMINALS)), *SERVERS, "console", "qmp"]

# Speed under emulation: no mitigations for a machine that nobody shares, and page
# tables of four levels. On a busy machine an emulated timer is late, which the kernel
# takes for a broken one at boot. The console hears what the kernel says at its end.
CMDLINE = "console=ttyS0 quiet panic=-1 mitigations=off no5lvl nokaslr no_timer_check"


def qemu() -> str:
    """Return QEMU's path; raises LabError when it is not installed."""
    found = shutil.which("qemu-system-x86_64")
    if not found:
        raise LabError("QEMU is missing: install the package qemu-system-x86")
    return found


def escaped(path: Path) -> str:
    """Return a path for use inside a QEMU option, where a comma ends a value."""
    return str(path).replace(",", ",,")


def board(root: Path, kind: str, *accel: str, processors: int = 1) -> list[str]:
    """Return what of QEMU's command line makes the lab, here and in "make dist"."""
    return [
        *("-machine", kind, *accel, "-cpu", CPU),
        *("-m", f"{MEMORY_BYTES >> 20}M", "-smp", str(processors)),
        "-drive",
        f"if=none,id=root,format=raw,readonly=on,file={escaped(root)}",
        *("-device", "virtio-blk-pci,drive=root"),
        *("-device", "virtio-rng-pci"),
    ]


def terminals() -> list[str]:
    """Return the options that make the guest's terminals, /dev/hvc0 to hvc3 there."""
    consoles = (f"virtconsole,chardev=hvc{number}" for number in range(TERMINALS))
    devices = ("virtio-serial-pci", *consoles)
    return [word for device in devices for word in ("-device", device)]


def machine(image: Image) -> list[str]:
    """Return the part of QEMU's command line that a saved state depends on."""
    kind = ("q35,memory-backend=memory", "-accel", ACCELERATORS[accelerator()])
    return [
        *board(image.root, *kind, processors=image.processors),
        *("-device", "virtio-9p-pci,fsdev=book,mount_tag=book"),
        *("-device", "virtio-9p-pci,fsdev=work,mount_tag=work"),
        *terminals(),
        *(word for name in SERVERS for word in port(name)),
        *("-serial", "chardev:console", "-mon", "chardev=qmp,mode=control"),
    ]


def booted(kernel: Path, initrd: Path) -> list[str]:
    """Return the part that a boot takes; a state has the kernel in its memory."""
    return ["-kernel", str(kernel), "-initrd", str(initrd), "-append", CMDLINE]


def share(name: str, folder: Path, security: str, writable: bool = False) -> list[str]:
    """Return the option that lends the guest a folder of the host.

    Read-only is QEMU's word, not the guest's: root there can remount what it likes.
    """
    option = f"local,id={name},path={escaped(folder)},security_model={security}"
    return ["-fsdev", option if writable else f"{option},readonly=on"]


def port(name: str) -> tuple[str, str]:
    """Return the option that makes a server's port, which has that name there, too."""
    return "-device", f"virtserialport,chardev={name},name=lab.{name}"


def command_line(
    image: Image,
    checkout: Path,
    ports: dict[str, int],
    memory: int,
    booting: bool,
    writable: bool,
) -> list[str]:
    """Return the command that starts a guest, to boot or to wait for a state.

    ports maps the name of a QEMU chardev to the descriptor it talks to; memory is a
    descriptor, too. A guest that boots writes to that file; what one that is restored
    writes, it keeps to itself. writable is said of work/.
    """
    shared = "on" if booting else "off"
    command = [
        # The guest ends with whoever started it, also when that is by SIGKILL.
        *("setpriv", "--pdeathsig", "KILL", "--"),
        *(qemu(), *BARE),
        *share("book", checkout, "none"),
        # What the guest's root makes here, set-user-ID programs and devices too,
        # arrives as plain files of ours.
        *share("work", checkout / "work", "mapped-xattr", writable),
    ]
    for name, descriptor in ports.items():
        command += ["-chardev", f"socket,id={name},fd={descriptor}"]
    command += [
        "-object",
        f"memory-backend-file,id=memory,size={MEMORY_BYTES},share={shared},"
        f"mem-path=/proc/self/fd/{memory}",
    ]
    command += machine(image)
    if booting:
        return command + booted(image.kernel, image.initrd)
    return [*command, "-incoming", "defer"]


def roomy_pair() -> tuple[socket.socket, socket.socket]:
    """Return two connected sockets that hold megabytes nobody has read yet.

    QEMU drops what a console prints while its socket is full, and a Unix socket is
    full after some 300 short lines. TCP joins lines, and its buffers grow. Nobody
    else can connect: the port is closed before the pair is used.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, peer = server.accept()
        while peer != ours.getsockname():  # somebody else was faster: not for them
            theirs.close()
            theirs, peer = server.accept()
    for end in (ours, theirs):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return ours, theirs


class Guest:
    """One guest. Use it as a context manager: it ends with the block."""

    def __init__(
        self,
        image: Image,
        checkout: Path,
        state: Path | None = None,
        writable: bool = False,
    ) -> None:
        """Start the guest with the checkout at hand, by a boot or from a state.

        A state is a folder: the file ram, and devices, which is all the rest. With
        writable its root may change work/, and nothing else of the host's. It
        returns before the guest is up: see wait_until_ready.
        """
        (checkout / "work").mkdir(exist_ok=True)
        self.image = image
        self.writable = writable
        self.ports: dict[str, socket.socket] = {}
        theirs = {}
        for name in PORTS:
            # QEMU takes a descriptor over a Unix socket only: see qmp.Monitor.ask.
            ends = socket.socketpair() if name == "qmp" else roomy_pair()
            self.ports[name], theirs[name] = ends
        numbers = {name: self.ports[name].fileno() for name in SERVERS}
        self.servers = {n: LinePort(at, at, self.trouble) for n, at in numbers.items()}
        descriptors = {name: port.fileno() for name, port in theirs.items()}
        with ExitStack() as stack:
            passed = [stack.enter_context(port).fileno() for port in theirs.values()]
            self.memory: BinaryIO
            if state:
                self.memory = stack.enter_context((state / "ram").open("r+b"))
                devices = stack.enter_context((state / "devices").open("rb")).fileno()
                passed.append(devices)
                qmp.restore(self.ports["qmp"], devices)
            else:
                self.memory = ram.fresh(MEMORY_BYTES)  # for state.save to read
            number = self.memory.fileno()
            self.process = subprocess.Popen(
                command_line(
                    image, checkout, descriptors, number, state is None, writable
                ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[*passed, number],
                start_new_session=True,  # ^C on the terminal is ours to handle
            )

    def wait_until_ready(self) -> None:
        """Return when a booting guest has come up.

        It was prepared once then, without a checkout: what that takes is in its
        memory. Raises LabError, with the kernel's last words, when it does not come up.
        """
        deadline = time.monotonic() + BOOT_SECONDS
        while self.servers["control"].line(deadline) != "ready":
            pass
        self.prepare("", deadline - time.monotonic())

    def __enter__(self) -> "Guest":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the guest at once; nothing in it is worth keeping."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()
        self.memory.close()
        for port in self.ports.values():
            port.close()

    def last_words(self) -> str:
        """Return what QEMU and the guest's kernel said last, for a message."""
        said = b""
        if self.process.poll() is not None and self.process.stderr:
            said += self.process.stderr.read()
        console = self.ports["console"]
        while select.select([console], [], [], 0)[0]:
            data = console.recv(65536)
            if not data:
                break
            said += data
        lines = [line.strip() for line in said.decode(errors="replace").splitlines()]
        lines = [line for line in lines if line]
        reasons = [line for line in lines if REASON.search(line)]
        return "\n".join([*reasons[:4], *lines[-4:]])

    def trouble(self, what: str) -> LabError:
        """Return an error that says what became of the guest."""
        if what == ENDED:
            self.process.wait()
        return LabError(f"the guest ({self.image.version}) {what}\n{self.last_words()}")

    def run(
        self, command: str, seconds: float, on_line: OnLine | None = None
    ) -> tuple[int, list[str]]:
        """Run a shell command as root in the guest; see LinePort.run."""
        return self.servers["control"].run(command, seconds, on_line)

    def alive(self, numbers: set[str], seconds: float = 30.0) -> set[str]:
        """Return those of some numbers that are in use in the guest.

        A number may be the inode of a namespace or a pid. It asks the guest's
        census, which has its own port: the guest starts no process for it.
        """
        question = " ".join(sorted(numbers))
        return set(self.servers["census"].ask(question, seconds).split())

    def prepare(self, cache_mode: str = "none", seconds: float = 30.0) -> None:
        """Make a guest that is up ready for use.

        Sets the clock, which stood still in a saved state; mixes in randomness, which
        was copied with it; and mounts the checkout, read-only, at /book, and its work
        folder at /book/work. cache_mode is 9p's, for /book: "none" shows the host's
        changes at the next read, "loose" reads each file once, for a run that nobody
        edits under, "" mounts nothing.
        """
        now, entropy = f"{time.time():.0f}", secrets.token_hex(32)
        shares = f"{cache_mode} {'rw' if self.writable else 'ro'}" if cache_mode else ""
        answer = self.servers["wake"].ask(f"{now} {entropy} {shares}", seconds)
        if answer:
            raise LabError(f"the guest cannot be prepared: {answer}")

    def terminal(
        self,
        number: int,
        rows: int,
        columns: int,
        user: str,
        term: str = "dumb",
        word: str = "",
    ) -> tuple[int, bytes]:
        """Open terminal 1 to 4 as that user.

        With a word the shell does not echo, and its prompt is
        <WORD:STATUS:SHELLS:MARK>. Returns the descriptor to talk to, and the bytes
        that it will send when the terminal's shell has ended.
        """
        port = self.ports[f"hvc{number - 1}"]
        end = secrets.token_hex(16)
        port.sendall(f"{rows} {columns} {term} {user} {end} {word}\n".encode())
        return port.fileno(), end.encode()

    def resize(self, number: int, rows: int, columns: int) -> None:
        """Tell a terminal, and who runs in it, of its new size."""
        self.run(f"stty -F /dev/hvc{number - 1} rows {rows} cols {columns}", 10)
