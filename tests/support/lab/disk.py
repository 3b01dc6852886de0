"""The disk of a host: an overlay clone of a root file system, which is there at once; or an ext4 image, which can be searched
block by block, and loses what was not synced when power is cut.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .command import run
from .wait import wait_until

_IMAGE_SIZE = 3 << 30  # bytes, sparse: what is there before the first boot, and what a gateway's host writes
_SECONDS = 120

# linux/fs/ext4/ext4.h: _IOR('X', 125, __u32), and the flag that says: without writing anything more, the journal included.
_EXT4_IOC_SHUTDOWN = 0x8004587D
_NO_LOG_FLUSH = (2).to_bytes(4, "little")


class Overlay:
    """Mounted as long as the host is there."""

    mount = ""

    def __init__(self, layers: Sequence[Path], directory: Path) -> None:
        self.root = mount_overlay(layers, directory)

    def wait_unused(self) -> None:
        """Nothing: nobody reads it while it is mounted."""

    def remove(self) -> None:
        unmount(self.root)


class Image:
    """A file in ``directory``, copied from ``made``. It is mounted only while the host runs, in the host's own mount namespace:
    elsewhere another host's namespace would hold it too, and it would stay in use after the host's end. For the same reason
    no loop device is left, whatever ends the host: the kernel frees it with the mount.
    """

    def __init__(self, made: Path, directory: Path) -> None:
        self.file, self.root = directory / "disk.ext4", directory / "root"
        self.root.mkdir()
        subprocess.run(["cp", "--reflink=auto", "--sparse=always", made, self.file], check=True)
        self.mount = f"mount -t ext4 -o loop {self.file} {self.root}\n"

    def wait_unused(self) -> None:
        """Waits until all that a host has written, up to its end, is in the file."""
        wait_until(lambda: not loops_beneath(self.file.parent), _SECONDS, f"the loop device of {self.file} to be freed")

    def stop(self, seen: Path) -> None:
        """Lets nothing more be written, from this moment on. ``seen`` is a path of the mounted file system."""
        descriptor = os.open(seen, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(descriptor, _EXT4_IOC_SHUTDOWN, _NO_LOG_FLUSH)
        finally:
            os.close(descriptor)

    def check(self) -> None:
        """What a boot does first: the journal is replayed, and what is still wrong mended."""
        done = subprocess.run(["e2fsck", "-p", self.file], capture_output=True, text=True, timeout=_SECONDS)
        assert done.returncode in (0, 1), f"e2fsck -p {self.file}: exit {done.returncode}: {done.stdout}{done.stderr}"  # 1: mended

    def remove(self) -> None:
        self.file.unlink()


def make_image(layers: Sequence[Path], directory: Path) -> Path:
    """An ext4 image with the content of ``layers`` (uppermost first), to be copied."""
    image, merged = directory / "disk.ext4", directory / "merged"
    root = mount_overlay(layers, merged)
    # The file system's features and the mount's options (data=ordered) are the defaults, as in a cloud's image.
    run(["mke2fs", "-q", "-t", "ext4", "-d", root, image, f"{_IMAGE_SIZE >> 10}k"], seconds=_SECONDS)
    unmount(root)
    shutil.rmtree(merged)
    return image


def mount_overlay(layers: Sequence[Path], directory: Path) -> Path:
    """Mounts ``layers`` (uppermost first) at ``directory``/root; what is written there lands in ``directory``/upper."""
    for name in ("upper", "work", "root"):
        (directory / name).mkdir(parents=True)
    lower = ":".join(str(layer) for layer in layers)
    options = f"lowerdir={lower},upperdir={directory}/upper,workdir={directory}/work"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, directory / "root"], check=True)
    return directory / "root"


def unmount(root: Path) -> None:
    subprocess.run(["umount", root], check=True)


def loops_beneath(directory: Path) -> list[str]:
    """The loop devices whose file is in ``directory``."""
    found = []
    for backing in Path("/sys/block").glob("loop*/loop/backing_file"):
        try:
            if backing.read_text().startswith(f"{directory}/"):
                found.append(f"/dev/{backing.parts[3]}")
        except FileNotFoundError:  # freed meanwhile
            continue
    return found
