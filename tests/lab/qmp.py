"""QEMU's machine protocol, as much of it as saving and restoring a guest takes.

What is saved is the state of the devices. The guest's memory is a file already.
"""

import json
import socket
import time
from typing import Any

from tests.lab.cache import LabError

SECONDS = 60.0
POLL_SECONDS = 0.05
WITHOUT_MEMORY = [{"capability": "x-ignore-shared", "state": True}]


def message(command: str, **arguments: Any) -> bytes:
    """Return what tells QEMU to run a command."""
    return json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n"


def restore(port: socket.socket, devices: int) -> None:
    """Tell a QEMU that is yet to start to go on from a descriptor of a saved state.

    It finds the commands when it listens, and no answer is waited for: it ends when
    it cannot restore the guest.
    """
    port.sendall(message("qmp_capabilities"))
    port.sendall(message("migrate-set-capabilities", capabilities=WITHOUT_MEMORY))
    port.sendall(message("migrate-incoming", uri=f"fd:{devices}"))


class Monitor:
    """QEMU's monitor at the other end of a socket."""

    def __init__(self, port: socket.socket) -> None:
        """Agree on what both speak; QEMU takes no command before that.

        Its greeting, which comes first, is no answer and is passed over.
        """
        self.port = port
        self.port.settimeout(SECONDS)
        self.stream = port.makefile("r", encoding="utf-8")
        self.ask("qmp_capabilities")

    def ask(
        self, command: str, descriptor: int | None = None, **arguments: Any
    ) -> dict[str, Any]:
        """Run a command and return its answer; raises LabError when QEMU refuses.

        A descriptor goes to QEMU with the command.
        """
        handed = [] if descriptor is None else [descriptor]
        socket.send_fds(self.port, [message(command, **arguments)], handed)
        try:
            for line in self.stream:
                answer = json.loads(line)
                if "error" in answer:
                    raise LabError(f"QEMU: {command}: {answer['error']['desc']}")
                if "return" in answer:
                    return dict(answer["return"])
        except (ValueError, TypeError, KeyError) as error:
            raise LabError(f"QEMU's answer to {command} makes no sense") from error
        raise LabError(f"QEMU ended during {command}")

    def save(self, devices: int) -> None:
        """Stop the guest and write its state, but for its memory, to a file.

        Raises LabError when the state could not be written whole; then the guest
        goes on.
        """
        self.ask("migrate-set-capabilities", capabilities=WITHOUT_MEMORY)
        self.ask("getfd", devices, fdname="devices")
        self.ask("migrate", uri="fd:devices")
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            migration = self.ask("query-migrate")
            status = migration.get("status")
            if status == "completed":
                return
            if status in ("failed", "cancelled"):
                reason = migration.get("error-desc", status)
                raise LabError(f"state not written, is the disk full? {reason}")
            time.sleep(POLL_SECONDS)
        raise LabError(f"the guest's state was not saved after {SECONDS:.0f} s")
