"""What makes a Debian 12 root one like Hetzner's Ubuntu 24.04: company, settings and services, all from Debian's packages.

Debian 12 has the same upstreams as Ubuntu 24.04 in what counts here (cloud-init's units, OpenSSH behind ssh.socket, needrestart,
unattended-upgrades, shadow, ufw). Not to be had: Ubuntu's kernel with AppArmor's refusal of user namespaces, systemd 255, snaps,
Ubuntu Pro's hooks, needrestart's `-m u`.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from . import net
from .command import run

BASE = "bookworm"

# As in the server image; nftables is left out, so that the agent has to call apt.
PACKAGES = (
    "bash-completion cloud-guest-utils command-not-found cron dbus-user-session eatmydata iptables libnss-systemd logrotate needrestart "
    "netplan.io networkd-dispatcher polkitd python3-apt rsyslog ssh-import-id systemd-resolved systemd-timesyncd ufw "
    "unattended-upgrades xz-utils"
).split()

FILES = {
    "etc/apt/apt.conf.d/20auto-upgrades": 'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n',
    # Ubuntu's needrestart restarts services after every transaction, but not cloud-init's last stage.
    "etc/needrestart/conf.d/noble.conf":
        "$nrconf{restart} = 'a';\n$nrconf{override_rc}{qr(^cloud-final)} = 0;\n$nrconf{kernelhints} = 0;\n",
}


def dress(root: Path) -> None:
    """Makes a root with PACKAGES what the image is before its first boot."""
    for path, text in FILES.items():
        (root / path).write_text(text)
    sources = root / "etc/apt/sources.list"
    (root / "etc/apt/sources.list.d/ubuntu.sources").write_text("\n".join(
        _deb822(line) for line in sources.read_text().splitlines() if line.startswith("deb ")))
    sources.write_text("# Moved to /etc/apt/sources.list.d/ubuntu.sources\n")
    settings = root / "etc/ssh/sshd_config"
    settings.write_text(f"{settings.read_text()}PermitRootLogin yes\n")
    defaults = root / "etc/login.defs"
    defaults.write_text(f"{defaults.read_text()}HOME_MODE 0750\n")
    # ufw's postinst enables it; it stays inactive until somebody says `ufw enable`.
    for verb, units in (("disable", ["ssh.service"]), ("enable", ["ssh.socket", "systemd-networkd.service", "systemd-resolved.service"])):
        run(["chroot", root, "systemctl", verb, *units], seconds=60)


def resolve_by(root: Path, server: str) -> None:
    """Names are resolved by systemd-resolved, which asks ``server``."""
    link = root / "etc/resolv.conf"
    link.unlink(missing_ok=True)
    link.symlink_to("../run/systemd/resolve/stub-resolv.conf")
    directory = root / "etc/systemd/resolved.conf.d"
    directory.mkdir(exist_ok=True)
    (directory / "lab.conf").write_text(f"[Resolve]\nDNS={server}\n")


def netplan(number: int, last: int) -> str:
    """The network's configuration of a host as cloud-init leaves it: static, by systemd-networkd."""
    return json.dumps({"network": {"version": 2, "renderer": "networkd", "ethernets": {"eth0": {  # YAML has JSON in it
        "addresses": [f"{net.v4(number, last)}/24", f"{net.v6(number, last)}/64", net.own_v6(number, last).replace("::/", "::1/")],
        "mtu": int(net.MTU), "accept-ra": False,  # nobody advertises routes, and networkd would wait for one
        "routes": [{"to": "default", "via": net.v4(number, net.ROUTER)}, {"to": "::/0", "via": net.v6(number, net.ROUTER)}]}}}})


def vendor_data() -> str:
    """What Hetzner sends with a server that is made without an SSH key: root's password is mailed, and has expired."""
    return "#cloud-config\n" + json.dumps({
        "disable_root": False, "ssh_pwauth": True, "manage_etc_hosts": True,
        "chpasswd": {"expire": True, "users": [{"name": "root", "password": secrets.token_hex(10), "type": "text"}]}})


def _deb822(line: str) -> str:
    """A line of sources.list in the form of *.sources (sources.list(5))."""
    words = line.split()
    options = [word for word in words if word.startswith("[")]
    _, address, release, *components = [word for word in words if not word.startswith("[")]
    trusted = "Trusted: yes\n" if any("trusted=yes" in option for option in options) else ""
    return f"Types: deb\nURIs: {address}\nSuites: {release}\nComponents: {' '.join(components)}\n{trusted}"
