"""The hardware of virtual machines (vm.py): qemu's command line, and a clock that is as slow as its processors are."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from . import net
from .command import run
from .guest_agent import PORT
from .metadata import INSTANCE_ID

FIRMWARE = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"
FOLLOW = "lab.follow"  # a virtio port that ends in a file: what a followed command says
SHELL = "hvc0"  # a virtio console that ends in shell.sock
DISK, CONSOLE, AGENT, SHELL_SOCKET = "disk.ext4", "console.log", "agent.sock", "shell.sock"  # in the machine's directory

_MACHINE = "virt,acpi=off"  # with ACPI the kernel would not look at the device tree, which says how fast its timer is
_BOARD = ["-cpu", "neoverse-n1", "-smp", "2", "-m", "4096", "-nodefaults", "-display", "none"]  # Hetzner's CAX11
_TIMER_HZ = 62_500_000  # what qemu's timer has


def slow_clock(directory: Path, times: int) -> Path:
    """A device tree that tells the kernel that its timer ticks faster than it does: so it counts a second for ``times``."""
    devices = directory / "devices.dtb"
    run(["qemu-system-aarch64", *_BOARD, "-M", f"{_MACHINE},dumpdtb={devices}"], seconds=60)
    run(["fdtput", devices, "/timer", "clock-frequency", str(_TIMER_HZ * times)], seconds=60)
    return devices


def command(directory: Path, kernel: Path, devices: Path, port: str, number: int, last: int) -> list[str | Path]:
    """What boots machine ``last`` of lab ``number`` from its disk in ``directory``, on ``port`` of the lab's bridge."""
    nic = f"virtio-net-pci,netdev=net,mac={net.mac(number, last)},host_mtu={net.MTU},romfile="
    ahead = datetime.now(timezone.utc) + timedelta(hours=1)  # lest a certificate made outside meanwhile is not valid yet
    return [
        "qemu-system-aarch64", *_BOARD, "-M", _MACHINE, "-dtb", devices, "-rtc", f"base={ahead:%Y-%m-%dT%H:%M:%S}",
        "-accel", "tcg,thread=multi,tb-size=1024",  # of translated code, in MiB: what does not fit is translated again
        "-smbios", f"type=1,manufacturer=Hetzner,product=vServer,serial={INSTANCE_ID + last}",
        "-monitor", "none", "-no-reboot", "-bios", FIRMWARE, "-kernel", kernel,
        "-append", "root=/dev/nvme0n1 rootwait rw console=ttyAMA0 net.ifnames=0 panic=-1",
        "-drive", f"if=none,id=disk,file={directory}/{DISK},format=raw,cache=unsafe", "-device", "nvme,serial=lab,drive=disk",
        "-netdev", f"tap,id=net,ifname={port},script=no,downscript=no", "-device", nic,
        "-device", "virtio-rng-pci", "-device", "virtio-serial-pci", "-serial", f"file:{directory}/{CONSOLE}",
        "-chardev", f"socket,id=agent,path={directory}/{AGENT},server=on,wait=off",
        "-device", f"virtserialport,chardev=agent,name={PORT}",
        "-chardev", f"file,id=follow,path={directory}/{FOLLOW}",
        "-device", f"virtserialport,chardev=follow,name={FOLLOW}",
        "-chardev", f"socket,id=shell,path={directory}/{SHELL_SOCKET},server=on,wait=off",
        "-device", "virtconsole,chardev=shell",
    ]
