"""What the machine must have before anything is built: privileges, kernel features, memory, disk, packages."""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from . import board, cache, dns, vm
from .command import run
from .emulation import emulated
from .instance import BASE
from .machine import available_memory

GIB = 1 << 30
MEMORY = int(2.5 * GIB)  # gateway 0.9, npm 0.6, compilers beside them
VM_MEMORY = 6 * GIB  # the machine's 4, what qemu makes of its programs, and the compilers
CACHE_DISK = 10 * GIB  # Go's and npm's caches, static libraries, two root file systems, OpenClaw's tree
LAB_DISK = 3 * GIB  # what a host writes in its life

# The programs that the lab and the making of its parts run, each with the package that brings it.
PROGRAMS = {
    "mmdebstrap": "mmdebstrap", "systemd-nspawn": "systemd-container", "dnsmasq": "dnsmasq-base", "nft": "nftables", "ip": "iproute2",
    "ssh": "openssh-client", "curl": "curl", "update-ca-certificates": "ca-certificates", "openssl": "openssl", "xz": "xz-utils",
}

# More for emulated virtual machines; what is no program is named by its path.
EMULATORS = {
    "qemu-system-aarch64": "qemu-system-arm", board.FIRMWARE: "qemu-efi-aarch64", "qemu-aarch64-static": "qemu-user-static",
    "fdtput": "device-tree-compiler", "socat": "socat",
}

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"  # sudo and cron leave them out on some machines

# A host's disk is an overlay there: not every file system can carry one (overlayfs itself can't, as in Docker).
_OVERLAY = f"""
place=$(mktemp -d -p {BASE.parent})
trap 'umount "$place/upper"; rm -r "$place"' EXIT
mkdir "$place/lower" "$place/upper" "$place/work"
mount -t overlay overlay -o "lowerdir=$place/lower,upperdir=$place/upper,workdir=$place/work" "$place/upper"
"""

# Each is tried in namespaces of its own, so that it leaves nothing: what is needed, how to see it, what to do about it.
_KERNEL: Sequence[tuple[str, str, str]] = (
    ("namespaces", "true", "run it outside the container or sandbox that denies them"),
    ("cgroup2 mounts", "mount -t cgroup2 cgroup2 /mnt", "run it where cgroup2 may be mounted (in Docker: --privileged)"),
    ("overlayfs", _OVERLAY, f"{BASE.parent} must be on a file system that overlayfs can write to, as ext4 or xfs"),
    ("/dev/net/tun", "test -c /dev/net/tun", "load the kernel module tun"),
)


def lacks(arch: str = platform.machine()) -> list[str]:
    """What the machine lacks that no package can bring, each with what would help. Empty when all is there."""
    if emulated(arch) and arch != vm.ARCH:
        return [f"an emulator: on {platform.machine()} there are virtual machines of {vm.ARCH} only"]
    if os.geteuid() != 0:
        return ["root: run it with sudo; it makes namespaces, mounts and firewall tables"]
    checks: list[Callable[[], str | None]] = [_platform, lambda: _memory(arch), _cache_disk, _lab_disk, _resolver]
    found = [problem for check in checks if (problem := check())]
    for what, script, advice in _KERNEL:
        tried = subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "sh", "-ec", script], capture_output=True, text=True)
        if tried.returncode:
            found.append(f"{what}: {(tried.stderr.strip() or 'missing').splitlines()[0]}; {advice}")
    return found


def install(arch: str = platform.machine(), more: Mapping[str, str] | None = None) -> None:
    """Installs the packages that are missing, by apt, quietly; one process at a time: apt itself waits for dpkg's lock only.

    ``more`` programs with their packages, as PROGRAMS has them.
    """
    cache.root().mkdir(parents=True, exist_ok=True)
    with open(cache.root() / ".install.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = PROGRAMS | (EMULATORS if emulated(arch) else {}) | dict(more or {})
        missing = sorted(package for program, package in wanted.items()
                         if not shutil.which(program, path=_PATH) and not Path("/", program).exists())
        if not missing:
            return
        env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=600"]
        run([*apt, "update"], seconds=900, env=env)
        run([*apt, "install", "--yes", "--no-install-recommends", *missing], seconds=1800, env=env)


def _platform() -> str | None:
    if not shutil.which("apt-get"):
        return f"apt: {platform.freedesktop_os_release().get('PRETTY_NAME')} has none; Debian 12 or later or Ubuntu 24.04 would do"
    return None


def _memory(arch: str) -> str | None:
    free, needed = available_memory(), VM_MEMORY if emulated(arch) else MEMORY
    return None if free >= needed else f"memory: {free / GIB:.1f} GiB available, {needed / GIB:.1f} GiB needed"


def _cache_disk() -> str | None:
    # A filled cache needs no more room; an empty one all of it.
    return None if any(cache.root().glob("rootfs-*")) else _disk(cache.root(), CACHE_DISK, "BOOTSTRAP_AGENT_CACHE moves it")


def _lab_disk() -> str | None:
    return _disk(BASE, LAB_DISK, "make room there")


def _disk(directory: Path, needed: int, advice: str) -> str | None:
    place = next(path for path in (directory, *directory.parents) if path.exists())
    free = shutil.disk_usage(place).free
    return None if free >= needed else f"disk: {free / GIB:.1f} GiB free in {directory}, {needed / GIB:.0f} GiB needed; {advice}"


def _resolver() -> str | None:
    return None if dns.resolvers() else "a name server: the only ones of this machine are on loopback, out of reach for the lab"
