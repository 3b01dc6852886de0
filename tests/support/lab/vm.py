"""A throw-away virtual machine of another architecture: its own kernel, UEFI and SMBIOS, emulated by qemu, on the lab's bridge.

To cloud-init and to the agent nothing in it is different from a server of Hetzner's: the datasource is recognised by SMBIOS,
the address comes by DHCP. It is what a Host is (host.py), as far as tests of a first boot need it, only slower.

Its clock is as slow as its processors are, ``patience`` times: so every deadline in it, the agent's and those that others have
built into their programs, allows what it allows on a real server, and its seconds are about those of one. It starts an hour
ahead, lest a certificate made outside meanwhile is not valid yet.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

from . import emulation, net
from .command import run
from .completed import Completed, background
from .guest_agent import PORT, GuestAgent
from .instance import Instance
from .metadata import INSTANCE_ID, Metadata
from .service import PATH, as_service
from .wait import Late, wait_until

ARCH = "aarch64"
FIRMWARE = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"
_MACHINE = "virt,acpi=off"  # with ACPI the kernel would not look at the device tree, which says how fast its timer is
_BOARD = ["-cpu", "neoverse-n1", "-smp", "2", "-m", "4096", "-nodefaults", "-display", "none"]  # Hetzner's CAX11
_TIMER_HZ = 62_500_000  # what qemu's timer has
_CONSOLE = "ttyAMA0"
_FOLLOW = "lab.follow"  # a virtio port: what a followed command says
_SHELL = "hvc0"  # a virtio console: for a shell, when somebody wants one
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
        self.console = self.directory / "console.log"
        self._qemu: subprocess.Popen | None = None
        self._agent = GuestAgent(self.directory / "agent.sock")
        self._disk = self.directory / "disk.ext4"
        self._devices = self.directory / "devices.dtb"
        self._kernel = kernel
        subprocess.run(["cp", "--sparse=always", image, self._disk], check=True)
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
        self._slow_the_clock()
        with open(self.directory / "qemu.log", "ab") as log:
            self._qemu = self.instance.spawn(self._command(port), netns="wan", group=self.name, stdout=log)

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
        output = self.directory / _FOLLOW
        before = output.stat().st_size
        where = f"--property=StandardOutput=file:/dev/virtio-ports/{_FOLLOW}"
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
                       f"--property=TTYPath=/dev/{_SHELL}", "--setenv=HOME=/root", "--setenv=TERM=vt220",
                       "--working-directory=/root", "/bin/bash", "-l"], 60).check()
        return ["socat", "-,raw,echo=0,escape=0x1d", f"UNIX-CONNECT:{self.directory}/shell.sock"]

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

    # --- hardware ------------------------------------------------------------------------------------------------

    def _slow_the_clock(self) -> None:
        """Tells the kernel, by the device tree, that its timer ticks faster than it does."""
        run(["qemu-system-aarch64", *_BOARD, "-M", f"{_MACHINE},dumpdtb={self._devices}"], seconds=60)
        run(["fdtput", self._devices, "/timer", "clock-frequency", str(_TIMER_HZ * self.patience)], seconds=60)

    def _command(self, port: str) -> list[str | Path]:
        smbios = f"type=1,manufacturer=Hetzner,product=vServer,serial={INSTANCE_ID + self.last}"
        nic = f"virtio-net-pci,netdev=net,mac={net.mac(self.instance.number, self.last)},host_mtu={net.MTU},romfile="
        ahead = datetime.now(timezone.utc) + timedelta(hours=1)
        return [
            "qemu-system-aarch64", *_BOARD, "-M", _MACHINE, "-dtb", self._devices, "-rtc", f"base={ahead:%Y-%m-%dT%H:%M:%S}",
            "-accel", "tcg,thread=multi,tb-size=1024",  # of translated code, in MiB: what does not fit is translated again
            "-monitor", "none", "-no-reboot", "-bios", FIRMWARE, "-smbios", smbios, "-kernel", self._kernel,
            "-append", f"root=/dev/nvme0n1 rootwait rw console={_CONSOLE} net.ifnames=0 panic=-1",
            "-drive", f"if=none,id=disk,file={self._disk},format=raw,cache=unsafe", "-device", "nvme,serial=lab,drive=disk",
            "-netdev", f"tap,id=net,ifname={port},script=no,downscript=no", "-device", nic,
            "-device", "virtio-rng-pci", "-device", "virtio-serial-pci", "-serial", f"file:{self.console}",
            "-chardev", f"socket,id=agent,path={self.directory}/agent.sock,server=on,wait=off",
            "-device", f"virtserialport,chardev=agent,name={PORT}",
            "-chardev", f"file,id=follow,path={self.directory}/{_FOLLOW}",
            "-device", f"virtserialport,chardev=follow,name={_FOLLOW}",
            "-chardev", f"socket,id=shell,path={self.directory}/shell.sock,server=on,wait=off",
            "-device", "virtconsole,chardev=shell",
        ]
