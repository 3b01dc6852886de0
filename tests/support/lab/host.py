"""A throw-away host: systemd as PID 1 in a container, on a disk of its own (disk.py).

Its network namespace is made anew before each boot, its file system is kept from boot to boot. Why the container is started
as it is: systemd must own a cgroup2 hierarchy, and see nothing of the machine's; see ``_START``.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from . import cloudinit, net
from .completed import Completed, background, complete
from .disk import Image, Overlay, unmount
from .instance import Instance
from .machine import available_memory
from .metadata import Metadata
from .service import PATH, as_service
from .wait import Late, wait_until

# In a mount namespace of its own, because machines with a hybrid of cgroup 1 and 2 would mix their hierarchies into systemd's.
_START = """
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn
exec systemd-nspawn "$@"
"""
_DISK = 4 << 30  # bytes; a gateway's host writes about 1 GiB
_PLENTY = 2 * _DISK
_POWER_OFF = signal.SIGRTMIN + 4  # systemd(1): starts poweroff.target


class Host:
    """One host of a lab. Made powered off; ``World.host`` makes it. Files of an image are seen only while the host runs."""

    patience = 1  # by what deadlines are multiplied: vm.py

    def __init__(self, instance: Instance, last: int, layers: Sequence[Path], metadata: Metadata, hostname: str,
                 make_disk: Callable[[Path], Overlay | Image]) -> None:
        self.instance = instance
        self.last = last
        self.name = f"host{last}"
        self.v4, self.v6 = net.v4(instance.number, last), net.v6(instance.number, last)
        self.metadata = metadata
        self.directory = instance.directory / self.name
        self.console = self.directory / "console.log"
        self._nspawn: subprocess.Popen | None = None
        self._leader: int | None = None
        self._make_directory()
        self.disk = make_disk(self.directory)
        self.mount = self.disk.root
        (self.directory / "dmi.py").write_text(cloudinit.patched_dmi(layers, last))
        self.metadata.describe(last, hostname, self.v4)
        self.binds: list[str] = []  # files of the machine that only this host has, SOURCE:PLACE
        self.sets_addresses = False  # by a configuration of its own

    # --- power ---------------------------------------------------------------------------------------------------

    @property
    def user_data(self) -> bytes:
        """What the metadata service gives this host."""
        return self.metadata.user_data(self.last)

    @user_data.setter
    def user_data(self, content: str | bytes) -> None:
        self.metadata.set_user_data(self.last, content)

    @property
    def running(self) -> bool:
        return self._nspawn is not None and self._nspawn.poll() is None

    def boot(self) -> None:
        """Powers on and returns at once; then ``wait_up`` or ``wait_booted``."""
        assert not self.running, f"{self.name} runs already"
        net.attach(self.instance.number, self.name, self.last, addresses=not self.sets_addresses)
        namespace = net.namespace(self.instance.number, self.name)
        options = [
            "--boot", "--quiet", "--register=no", "--keep-unit", "--settings=no", f"--directory={self.mount}",
            f"--machine={self.name}", f"--network-namespace-path=/run/netns/{namespace}",
            "--capability=CAP_NET_ADMIN,CAP_NET_RAW", "--bind=/dev/net/tun", "--resolv-conf=off", "--timezone=off",
            "--system-call-filter=bpf",  # what IPAddressDeny= is made of: without it that does nothing, and systemd says nothing
            "--link-journal=no", "--console=read-only", "--kill-signal=SIGRTMIN+4",
            f"--bind-ro={self.directory}/dmi.py:{cloudinit.DMI_MODULE}",
            *(f"--bind-ro={bind}" for bind in self.binds),
        ]
        env = dict(os.environ, SYSTEMD_NSPAWN_API_VFS_WRITABLE="network")  # ufw and tailscaled set sysctls of the network
        with open(self.console, "ab") as console:
            self._nspawn = self.instance.spawn(
                ["unshare", "-m", "--propagation", "private", "sh", "-ec", self.disk.mount + _START, "sh", *options],
                group=self.name, stdout=console, env=env)
        self._leader = None

    def wait_up(self, seconds: float = 120) -> None:
        """Waits until systemd takes commands. cloud-init may still be at work."""

        def up() -> bool:
            assert self.running, f"{self.name} did not boot; its console says:\n{self.console_tail()}"
            if self._leader is None and not self._find_leader():
                return False
            state = self._nsenter(["systemctl", "is-system-running"])
            return state in ("starting", "running", "degraded") and self.exists("/run/dbus/system_bus_socket")

        wait_until(up, seconds, f"systemd in {self.name}")

    def wait_booted(self, seconds: float = 600) -> str:
        """Waits until systemd has no more jobs, cloud-init's payload included; returns running or degraded."""
        self.wait_up(seconds)
        return self._nsenter(["systemctl", "is-system-running", "--wait"], timeout=seconds)

    def reboot(self, seconds: float = 180) -> None:
        """An orderly reboot from inside, until systemd takes commands again."""
        self._nsenter(["systemctl", "reboot", "--no-block"])
        self.wait_off(seconds)
        self.boot()
        self.wait_up(seconds)

    def power_off(self, seconds: float = 180) -> None:
        """An orderly power-off, as by the power button."""
        assert self._leader is not None, f"{self.name} is not up"
        os.kill(self._leader, _POWER_OFF)
        self.wait_off(seconds)

    def wait_off(self, seconds: float = 180) -> None:
        """Waits until the host has powered off, or gone down to reboot."""
        assert self._nspawn is not None
        try:
            self._nspawn.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Late(f"waited {seconds:g} s for {self.name} to power off") from None
        self._leader = None
        self.disk.wait_unused()

    def kill(self) -> None:
        """Pulls the plug: every process ends at once. What was written stays, synced or not."""
        self.instance.kill(self.name)
        if self._nspawn is not None:
            self._nspawn.wait()
        self._leader = None
        self.disk.wait_unused()

    def cut_power(self) -> None:
        """Power goes: what is not on the disk yet is lost. For a host with an image; afterwards it can boot again."""
        assert isinstance(self.disk, Image), f"{self.name} has an overlay, which keeps whatever was written"
        self.disk.stop(self.root)
        self.kill()
        self.disk.check()

    def remove(self) -> None:
        """Pulls the plug and deletes all there is of the host."""
        self.kill()
        net.detach(self.instance.number, self.name)
        self.disk.remove()
        if os.path.ismount(self.directory):
            unmount(self.directory)
        shutil.rmtree(self.directory)

    def _make_directory(self) -> None:
        """Where what the host writes goes: to memory if there is plenty, since some disks take minutes to delete it all again."""
        self.directory.mkdir()
        if available_memory() >= _PLENTY:
            options = f"size={_DISK},mode=755"
            subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.directory], check=True)

    # --- inside --------------------------------------------------------------------------------------------------

    def run(self, argv: Sequence[str], *, input: str | None = None, timeout: float = 120, user: str | None = None,
            env: dict[str, str] | None = None) -> Completed:
        """Runs a command as a service of the host's systemd, as root or in a login session of ``user``.

        Raises Late, and kills it, when it takes longer than ``timeout`` seconds.
        """
        unit, service = as_service(argv, user, env)
        try:
            return complete(self._enter(service), timeout=timeout, input=input, shown=argv)
        except Late:
            self._nsenter(["systemctl", "kill", "--signal=KILL", unit])
            raise

    def follow(self, argv: Sequence[str]) -> AbstractContextManager[subprocess.Popen]:
        """Runs a command in the host as long as the block; its output is read from ``stdout`` meanwhile."""
        return background(self._enter(argv))

    def shell(self) -> list[str]:
        """The command that opens a shell in the host, from a terminal of this machine."""
        return self._enter(["systemd-run", "--quiet", "--wait", "--pty", "--collect", "--setenv=HOME=/root",
                            f"--setenv=TERM={os.environ.get('TERM', 'linux')}", "--working-directory=/root", "/bin/bash", "-l"])

    def read(self, path: str) -> str:
        """Content of a file, as the host sees it; works powered off as well."""
        return self._chroot(["cat", path])

    def write(self, path: str, content: str, mode: int = 0o644) -> None:
        """Writes a root-owned file and the directories above it; works powered off as well."""
        script = 'umask 077; mkdir -p -m 755 "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"'
        self._chroot(["sh", "-c", script, "sh", path, f"{mode:o}"], input=content)

    def console_tail(self, lines: int = 40) -> str:
        text = self.console.read_text(errors="replace") if self.console.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    @property
    def root(self) -> Path:
        """The file system as the host's PID 1 sees it, with what is mounted in there; powered off, its disk."""
        return Path(f"/proc/{self._leader}/root") if self.running and self._leader else self.mount

    def exists(self, path: str) -> bool:
        """Whether there is something at ``path``, be it a dangling link; works powered off as well."""
        return os.path.lexists(f"{self.root}{path}")

    def _chroot(self, argv: Sequence[str], input: str | None = None) -> str:
        return complete(["chroot", self.root, *argv], input=input, timeout=60, shown=argv).check().out

    def _enter(self, argv: Sequence[str]) -> list[str]:
        assert self._leader is not None, f"{self.name} is not up"
        return ["nsenter", f"--target={self._leader}", "--all", "env", "-i", f"PATH={PATH}", "LANG=C.UTF-8", *argv]

    def _nsenter(self, argv: Sequence[str], timeout: float = 30) -> str:
        return complete(self._enter(argv), timeout=timeout, shown=argv).out.strip()

    def _find_leader(self) -> bool:
        """PID 1 of the container is the descendant of nspawn that is number 1 in its own namespace."""
        assert self._nspawn is not None
        found = [self._nspawn.pid]
        for pid in found:
            try:
                status = Path(f"/proc/{pid}/status").read_text()
                found += [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
            except (FileNotFoundError, ProcessLookupError):
                continue
            numbers = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()[1:]
            if len(numbers) > 1 and numbers[-1] == "1":
                self._leader = pid
                return True
        return False
