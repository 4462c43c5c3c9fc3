"""QEMU's machine protocol, as much of it as saving a guest takes."""

import json
import socket
import time
from typing import Any

from cache import LabError

SECONDS = 60.0
POLL_SECONDS = 0.05


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

    def ask(self, command: str, **arguments: str) -> dict[str, Any]:
        """Run a command and return its answer; raises LabError when QEMU refuses."""
        message = {"execute": command, "arguments": arguments}
        self.port.sendall(json.dumps(message).encode() + b"\n")
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

    def save(self, shell: str) -> None:
        """Stop the guest and write its state to a shell command's input.

        Raises LabError when the state could not be written whole.
        """
        self.ask("migrate", uri=f"exec:{shell}")
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
