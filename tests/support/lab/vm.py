"""A throw-away virtual machine of another architecture: its own kernel, UEFI and SMBIOS, emulated by qemu, on the lab's bridge.

To cloud-init and to the agent nothing in it is different from a server of Hetzner's: the datasource is recognised by SMBIOS,
the address comes by DHCP. It is what a Host is (host.py), as far as tests of a first boot need it, only slower.

Its clock is as slow as its processors are, ``patience`` times: so every deadline in it, the agent's and those that others have
built into their programs, allows what it allows on a real server, and its seconds are about those of one.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import board, emulation, net
from .completed import Completed, background
from .guest_agent import GuestAgent
from .instance import Instance
from .metadata import Metadata
from .service import PATH, as_service
from .wait import Late, wait_until

ARCH = "aarch64"
_ENV = {"PATH": PATH, "LANG": "C.UTF-8"}


class VM:
    """One virtual machine of a lab. Made powered off; ``World.vm`` makes it, of a kernel and a disk's ``image``."""

    patience = emulation.patience(ARCH)  # deadlines that are given here are by its own clock

    def __init__(self, instance: Instance, last: int, kernel: Path, image: Path, metadata: Metadata, hostname: str) -> None:
        self.instance = instance
        self.last = last
        self.name = f"vm{last}"
        self.v4 = net.v4(instance.number, last)
        self.metadata = metadata
        self.directory = instance.directory / self.name
        self.directory.mkdir()
        self.console = self.directory / board.CONSOLE
        self._qemu: subprocess.Popen | None = None
        self._agent = GuestAgent(self.directory / board.AGENT)
        self._kernel = kernel
        subprocess.run(["cp", "--sparse=always", image, self.directory / board.DISK], check=True)
        self.metadata.describe(last, hostname, self.v4)

    # --- power ---------------------------------------------------------------------------------------------------

    @property
    def user_data(self) -> bytes:
        """What the metadata service gives this machine."""
        return self.metadata.user_data(self.last)

    @user_data.setter
    def user_data(self, content: str | bytes) -> None:
        self.metadata.set_user_data(self.last, content)

    @property
    def running(self) -> bool:
        return self._qemu is not None and self._qemu.poll() is None

    def boot(self) -> None:
        """Powers on and returns at once; then ``wait_up``."""
        assert not self.running, f"{self.name} runs already"
        port = net.attach_tap(self.instance.number, self.last)
        devices = board.slow_clock(self.directory, self.patience)
        command = board.command(self.directory, self._kernel, devices, port, self.instance.number, self.last)
        with open(self.directory / "qemu.log", "ab") as log:
            self._qemu = self.instance.spawn(command, netns="wan", group=self.name, stdout=log)

    def wait_up(self, seconds: float = 120) -> None:
        """Waits until systemd takes commands. cloud-init may still be at work."""

        def up() -> bool:
            assert self.running, f"{self.name} did not boot; its console says:\n{self.console_tail()}{self._complaints()}"
            return self._agent.answers() and self.run(["systemctl", "is-system-running"]).out.strip() in (
                "starting", "running", "degraded")

        wait_until(up, seconds * self.patience, f"systemd in {self.name}")

    def kill(self) -> None:
        """Pulls the plug."""
        self.instance.kill(self.name)
        if self._qemu is not None:
            self._qemu.wait()

    def remove(self) -> None:
        """Pulls the plug and deletes all there is of the machine."""
        self.kill()
        net.detach_tap(self.instance.number, self.last)
        shutil.rmtree(self.directory)

    # --- inside --------------------------------------------------------------------------------------------------

    def run(self, argv: Sequence[str], *, input: str | None = None, timeout: float = 120, user: str | None = None,
            env: dict[str, str] | None = None) -> Completed:
        """Runs a command as a service of the machine's systemd, as root or in a login session of ``user``."""
        unit, service = as_service(argv, user, env)
        try:
            return self._execute(service, timeout, input, argv)
        except Late:
            self._execute(["systemctl", "kill", "--signal=KILL", unit], 30)
            raise

    @contextmanager
    def follow(self, argv: Sequence[str]) -> Iterator[subprocess.Popen]:
        """Runs a command in the machine as long as the block; its output is read from ``stdout`` meanwhile. One at a time."""
        output = self.directory / board.FOLLOW
        before = output.stat().st_size
        where = f"--property=StandardOutput=file:/dev/virtio-ports/{board.FOLLOW}"
        self._execute(["systemd-run", "--quiet", "--collect", "--unit=lab-follow", where, "--", *argv], 60).check()
        try:
            with background(["tail", f"--bytes=+{before + 1}", "--follow", output]) as process:
                yield process
        finally:
            self._execute(["systemctl", "stop", "lab-follow"], 60)

    def shell(self) -> list[str]:
        """The command that opens a shell in the machine, from a terminal of this one; Ctrl-] ends it."""
        terminal = [f"--property=Standard{stream}=tty" for stream in ("Input", "Output")]
        self._execute(["systemd-run", "--quiet", "--collect", "--unit=lab-shell", "--property=Restart=always", *terminal,
                       f"--property=TTYPath=/dev/{board.SHELL}", "--setenv=HOME=/root", "--setenv=TERM=vt220",
                       "--working-directory=/root", "/bin/bash", "-l"], 60).check()
        return ["socat", "-,raw,echo=0,escape=0x1d", f"UNIX-CONNECT:{self.directory}/{board.SHELL_SOCKET}"]

    def exists(self, path: str) -> bool:
        """Whether there is something at ``path``, be it a dangling link."""
        return self._execute(["find", path, "-maxdepth", "0"], 60).code == 0

    def console_tail(self, lines: int = 40) -> str:
        text = self.console.read_text(errors="replace") if self.console.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def _execute(self, argv: Sequence[str], timeout: float, input: str | None = None, shown: Sequence[str] | None = None) -> Completed:
        assert self.running, f"{self.name} is not up; its console says:\n{self.console_tail()}{self._complaints()}"
        return self._agent.execute(argv, _ENV, timeout=timeout * self.patience, input=input, shown=shown)

    def _complaints(self) -> str:
        return (self.directory / "qemu.log").read_text(errors="replace")
