"""Servers of another architecture than this machine's: what they run here with, and how much slower that is."""

from __future__ import annotations

import fcntl
import platform
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HANDLERS = Path("/proc/sys/fs/binfmt_misc")
_LOCK = Path("/run/lock/bootstrap-agent-binfmt")


def emulated(arch: str) -> bool:
    """Whether this machine cannot run programs of ``arch`` (uname's name) by itself."""
    return arch != platform.machine()


def patience(arch: str) -> int:
    """By what a deadline for a server of ``arch`` is multiplied: qemu without KVM takes about so many times as long."""
    return 10 if emulated(arch) else 1


@contextmanager
def runnable(arch: str) -> Iterator[None]:
    """Lets the kernel start programs of ``arch`` by qemu's user emulation during the block, in every chroot.

    That is an affair of the whole machine: what is registered already stays, what had to be registered goes again, and
    only one block at a time does so, lest the first to end takes it away from the others.
    """
    if not emulated(arch):
        yield
        return
    with open(_LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        was_mounted = (_HANDLERS / "register").exists()
        if not was_mounted:
            subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", _HANDLERS], check=True)
        ours = not (_HANDLERS / f"qemu-{arch}").exists()
        try:
            if ours:
                (_HANDLERS / "register").write_text(Path(f"/usr/lib/binfmt.d/qemu-{arch}.conf").read_text())
            yield
        finally:
            if ours:
                (_HANDLERS / f"qemu-{arch}").write_text("-1")
            if not was_mounted:
                subprocess.run(["umount", _HANDLERS], check=True)
