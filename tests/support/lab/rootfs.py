"""The server's root file system: Debian, as a cloud's image is before its first boot.

Like the image of Hetzner Cloud it logs in as root and has no user `ubuntu`. What the agent must install by itself (ufw,
nftables, dbus-user-session, …) is left out, and so are apt's lists. Of another architecture than this machine's it is the
root of a virtual machine, with a kernel and what a container gets from outside.
"""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

from . import noble
from .cache import cached
from .command import run
from .emulation import emulated, patience, runnable

PACKAGES = (
    "apt-utils ca-certificates cloud-init curl dbus iproute2 iputils-ping kmod libpam-systemd locales netbase "
    "openssh-server procps python3 sudo systemd systemd-sysv tzdata udev"
).split()

VM_PACKAGES = ("qemu-guest-agent",)  # as in Hetzner's images
VM_HOOK = Path(__file__).with_name("vm-root.sh")
DEBIAN_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}

CLOUD_CFG = """\
# As in Hetzner's image: root logs in, and the image's own default user is not made.
disable_root: false
users: []
"""

# How this machine's apt reaches and judges its archive holds inside the server too.
APT_SETTINGS = ("Acquire::Check-Valid-Until", "Acquire::Check-Date", "Acquire::http::Proxy", "Acquire::https::Proxy")

MACHINE_CAS = Path("/usr/local/share/ca-certificates")

# Identity that each server must make for itself at its first boot, and what belongs to this machine.
PRIVATE = ("etc/ssh/ssh_host_*", "etc/hostname", "etc/resolv.conf", "var/lib/systemd/random-seed", "var/log/apt/*")


def rootfs(suite: str, arch: str = platform.machine()) -> Path:
    """The root of ``suite`` (noble, bookworm, trixie): a directory owned by root, never to be changed (an overlay's lower one).

    Made anew every week, so that what the archive replaced since does not have to be upgraded at each boot.
    """
    week = time.strftime("%G-W%V", time.gmtime())
    dressing = [Path(noble.__file__)] if suite == "noble" else []
    inputs = [Path(__file__), VM_HOOK, *dressing, suite, arch, week, *_sources(_base(suite)), *_apt_options(), *_machine_cas()]
    name = f"rootfs-{suite}-{arch}" if emulated(arch) else f"rootfs-{suite}"
    return cached(name, inputs, lambda directory: _build(suite, arch, directory))


def _build(suite: str, arch: str, directory: Path) -> None:
    options = [f"--aptopt={option}" for option in [*_apt_options(), 'Acquire::Languages "none"']]
    packages = [*PACKAGES, *(noble.PACKAGES if suite == "noble" else [])]
    if _machine_cas():
        options += [f"--customize-hook=copy-in {MACHINE_CAS} {MACHINE_CAS.parent}",
                    '--customize-hook=chroot "$1" update-ca-certificates']
    if emulated(arch):
        packages += VM_PACKAGES
        options += [f"--architectures={DEBIAN_ARCHITECTURES[arch]}", "--skip=check/qemu", f"--customize-hook={VM_HOOK}"]
    environment = os.environ | {"TMPDIR": str(directory.parent)}  # /tmp may be small or in memory
    with runnable(arch):
        run(["mmdebstrap", "--variant=minbase", "--mode=root", "--format=directory", *options,
             f"--include={','.join(packages)}", _base(suite), directory, *_sources(_base(suite))], seconds=900 * patience(arch), env=environment)
    if suite == "noble":
        noble.dress(directory)
    for pattern in PRIVATE:
        for path in directory.glob(pattern):
            path.unlink()
    (directory / "etc/machine-id").write_text("")  # empty: systemd makes one; machine-id(5)
    (directory / "etc/cloud/cloud.cfg.d/90-image.cfg").write_text(CLOUD_CFG)


def _base(suite: str) -> str:
    """Debian's release under ``suite``."""
    return noble.BASE if suite == "noble" else suite


def _sources(suite: str) -> list[str]:
    """Lines of sources.list for ``suite``: from the archive that this machine's apt uses, if that is Debian's."""
    archive, security = "http://deb.debian.org/debian", "http://deb.debian.org/debian-security"
    what = ["--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Identifier: Packages"]
    targets = run(["apt-get", "indextargets", *what], seconds=30)
    if platform.freedesktop_os_release()["ID"] == "debian":
        codename = platform.freedesktop_os_release()["VERSION_CODENAME"]
        for address, release, component in map(str.split, targets.splitlines()):
            if component == "main" and release in (codename, "stable"):
                archive = address.rstrip("/")
            elif component == "main" and release in (f"{codename}-security", "stable-security"):
                security = address.rstrip("/")
    origins = [(archive, suite), (archive, f"{suite}-updates"), (security, f"{suite}-security")]
    return [f"deb {address} {release} main" for address, release in origins]


def _apt_options() -> list[str]:
    settings = (line.rstrip(";").split(" ", 1) for line in run(["apt-config", "dump"], seconds=30).splitlines())
    return [f"{name} {value}" for name, value in settings if name in APT_SETTINGS and value != '""']


def _machine_cas() -> list[Path]:
    return sorted(MACHINE_CAS.rglob("*.crt"))
