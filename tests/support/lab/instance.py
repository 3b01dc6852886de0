"""One running lab: its number, its directory, its processes, and their complete removal.

Everything that a lab leaves on the machine carries its name (``ba-lab3``) or lies in its directory, and every process it
starts is in its own cgroup. So it can be removed knowing only the number: by its owner at the end, by ``down`` later, or by
the next lab when the owner was killed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from . import machine, net
from .disk import loops_beneath
from .wait import wait_until

BASE = Path("/var/lib/bootstrap-agent-lab")
HIGHEST = 99  # the number is a byte of the lab's addresses; see net.py

# Joins the cgroup before it becomes the program, so that no child can be born outside.
_JOIN = 'echo $$ >"$0" && exec "$@"'


class Busy(Exception):
    """A lab cannot be had, because every number is taken."""


class Instance:
    """A lab that this process owns: nobody else uses or removes it until ``release``."""

    def __init__(self, number: int, lock: int) -> None:
        self.number = number
        self.name = f"{net.PREFIX}{number}"
        self.directory = BASE / str(number)
        self._lock = lock  # a descriptor of the directory, held with flock as long as the owner lives
        self._children: list[subprocess.Popen] = []

    @classmethod
    def claim(cls) -> Instance:
        """Takes the lowest free number, after removing the labs whose owner died without doing so."""
        for stale in existing():
            if not stale.kept:
                stale.remove()
            stale.release()
        BASE.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _base_locked():
            for number in range(HIGHEST + 1):
                directory = BASE / str(number)
                if not directory.exists():
                    directory.mkdir(mode=0o700)
                    lock = _lock(directory)
                    assert lock is not None, "nobody can have locked what was just made"
                    instance = cls(number, lock)
                    machine.prepare(BASE)
                    instance._make_cgroup()
                    return instance
        raise Busy(f"all {HIGHEST + 1} labs in {BASE} are taken: remove the kept ones with scripts/first-boot --down")

    @property
    def kept(self) -> bool:
        """Whether its owner left it up on purpose (``keep``)."""
        return (self.directory / "kept").exists()

    def keep(self) -> None:
        """Leaves the lab up when its owner exits, until somebody runs ``down``."""
        (self.directory / "kept").touch()

    def spawn(self, argv: Sequence[str | Path], *, netns: str | None = None, group: str = "outside",
              stdin: int | IO = subprocess.DEVNULL, stdout: int | IO = subprocess.DEVNULL,
              stderr: int | IO = subprocess.STDOUT, env: dict[str, str] | None = None) -> subprocess.Popen:
        """Starts a process that dies with the lab, in its namespace ``netns`` (net.py) and its cgroup ``group``."""
        cgroup = self._cgroup / group
        cgroup.mkdir(exist_ok=True)
        inside = ["ip", "netns", "exec", net.namespace(self.number, netns)] if netns else []
        child = subprocess.Popen(["sh", "-c", _JOIN, cgroup / "cgroup.procs", *inside, *argv], env=env,
                                 stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=True)
        self._children.append(child)
        return child

    def kill(self, group: str) -> None:
        """Kills every process of ``group`` and waits until they are gone."""
        _kill(self._cgroup / group)

    def remove(self) -> None:
        """Kills, unmounts and deletes everything of this lab. Repeatable; takes a lab that is half there as well."""
        _kill(self._cgroup)
        for child in self._children:
            child.wait()
        net.remove(self.number)
        for mount in _mounts_beneath(self.directory):
            subprocess.run(["umount", mount], check=True)
        # Hosts on images: the kernel frees a loop device with its last mount, and the mounts with the processes killed above.
        wait_until(lambda: not loops_beneath(self.directory), 30, f"the loop devices of files in {self.directory} to be freed")
        for entry in self.directory.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        with _base_locked():  # after the many files: others wait for this
            self.directory.rmdir()
            if not any(BASE.glob("[0-9]*/")):
                machine.restore(BASE)

    def release(self) -> None:
        """Gives up ownership. A kept lab stays up and is found by ``existing``."""
        os.close(self._lock)

    @property
    def _cgroup(self) -> Path:
        return self.directory / "cgroup" / self.name

    def _make_cgroup(self) -> None:
        # A mount of our own: whether and where cgroup2 is mounted differs between machines.
        mount = self.directory / "cgroup"
        mount.mkdir()
        subprocess.run(["mount", "-t", "cgroup2", "cgroup2", mount], check=True)
        self._cgroup.mkdir()


def existing() -> Iterator[Instance]:
    """The labs that nobody owns: kept ones, and those whose owner died. The caller owns each that is yielded."""
    for directory in sorted(BASE.glob("[0-9]*/")):
        with _base_locked():
            lock = _lock(directory)
        if lock is not None:
            yield Instance(int(directory.name), lock)


def in_use() -> list[int]:
    """Numbers of the labs that a living owner holds."""
    numbers = []
    for directory in sorted(BASE.glob("[0-9]*/")):
        with _base_locked():
            lock = _lock(directory)
            if lock is not None:
                os.close(lock)
            elif directory.exists():
                numbers.append(int(directory.name))
    return numbers


def _lock(directory: Path) -> int | None:
    """Locks the directory and returns its descriptor, or None if it is owned or gone."""
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def _base_locked() -> Iterator[None]:
    """One at a time where labs come, go and are looked for."""
    descriptor = os.open(BASE, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _kill(cgroup: Path) -> None:
    if not (cgroup / "cgroup.kill").exists():
        return
    (cgroup / "cgroup.kill").write_text("1")
    wait_until(lambda: "populated 0" in (cgroup / "cgroup.events").read_text(), 30, f"the processes in {cgroup} to die")
    for directory, _, _ in os.walk(cgroup, topdown=False):
        os.rmdir(directory)


def _mounts_beneath(directory: Path) -> list[str]:
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return sorted((m for m in mounts if m.startswith(f"{directory}/")), reverse=True)
