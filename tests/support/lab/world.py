"""Everything outside of hosts, up together: network, names, metadata, mirror, tailnet, the operator; and the hosts made in it.

    with World() as world:
        host = world.host("bookworm")
        host.user_data = world.user_data(agent, world.secrets())
        host.boot()

Nothing is left when the block ends, whatever happened in it; see instance.py for when it does not get to end.
"""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
import subprocess
import sys
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import IO

from . import cloudinit, dns, guest_agent, net, noble, parts
from .command import run
from .completed import Completed, complete
from .disk import Image, Overlay, make_image, mount_overlay, unmount
from .emulation import emulated, patience, runnable
from .host import Host
from .instance import Instance
from .laptop import Operator
from .merge import merge
from .metadata import Metadata
from .rootfs import rootfs
from .services import Services
from .vm import VM
from .wait import wait_until

_PACKAGES = Path(__file__).parent.parent
_CERTIFICATE_END = "-----END CERTIFICATE-----\n"


class World:
    """One lab, for servers of ``arch`` (uname's name). Made by ``with``; several may be up at once."""

    def __init__(self, arch: str = platform.machine()) -> None:
        self.arch = arch
        self.hosts: list[Host] = []  # that were made, in their order; some are removed by now

    def __enter__(self) -> World:
        self.parts = parts.prepare(self.arch)
        self.instance = Instance.claim()
        try:
            number = self.instance.number
            net.create(number)
            self.services = self._start_services()
            dns.start(self.instance, self.services.names)
            self.metadata = self._start_metadata()
            self._next_host = net.FIRST_HOST
            self._suites: dict[str, list[Path]] = {}
            self._images: dict[str, Path] = {}
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Removes everything, unless ``instance.keep()`` was called."""
        if not self.instance.kept:
            self.instance.remove()
        self.instance.release()

    def host(self, suite: str, hostname: str = "openclaw", *, image: bool = False, last: int | None = None) -> Host:
        """A new host of ``suite`` (noble, bookworm, trixie), powered off, with empty user-data; on an ext4 ``image`` if wanted.

        ``last`` gives it the addresses of a host that was removed.
        """
        if last is None:
            last, self._next_host = self._next_host, self._next_host + 1
        layers = self._layers(suite)
        make_disk = partial(Image, self._image(suite)) if image else partial(Overlay, layers)
        self.hosts.append(Host(self.instance, last, layers, self.metadata, hostname, make_disk))
        if suite == "noble":
            self._give_to_noble(self.hosts[-1], hostname)
        return self.hosts[-1]

    def copy(self, host: Host, hostname: str) -> Host:
        """A new host from a snapshot of ``host`` (of the suite noble, which must be off): its disk, and another instance."""
        assert not host.running, f"{host.name} is on"
        last, self._next_host = self._next_host, self._next_host + 1
        copied = self.instance.directory / f"snapshot-{last}"
        run(["cp", "-a", "--", host.directory / "upper", copied], seconds=300)
        layers = [copied, *self._layers("noble")]
        self.hosts.append(Host(self.instance, last, layers, self.metadata, hostname, partial(Overlay, layers)))
        self._give_to_noble(self.hosts[-1], hostname)
        return self.hosts[-1]

    def prepare(self, suite: str) -> None:
        """Makes what all hosts of ``suite`` share, so that the first one need not wait for it."""
        self._layers(suite)

    def _give_to_noble(self, host: Host, hostname: str) -> None:
        """What the provider tells one server: its network, and root's password."""
        file = host.directory / "netplan.yaml"
        file.touch(0o600)
        file.write_text(noble.netplan(self.instance.number, host.last))
        host.binds.append(f"{file}:/etc/netplan/50-cloud-init.yaml")
        host.sets_addresses = True
        net.route_own_v6(self.instance.number, host.last)
        self.metadata.describe(host.last, hostname, host.v4, noble.vendor_data())

    def vm(self, suite: str, hostname: str = "openclaw") -> VM:
        """A new virtual machine, powered off, with empty user-data; in a world of another architecture than this machine's."""
        last, self._next_host = self._next_host, self._next_host + 1
        (kernel,) = (rootfs(suite, self.arch) / "boot").glob("vmlinuz-*")
        return VM(self.instance, last, kernel, self._image(suite), self.metadata, hostname)

    def auth_key(self, left: int = 1, tags: str = "") -> str:
        """A new key for the tailnet, good for ``left`` joins (-1: any number)."""
        key = f"tskey-auth-k{secrets.token_hex(6)}CNTRL-{secrets.token_hex(16)}"
        self.services.admin("/key", key=key, left=left, tags=tags)
        return key

    def secrets(self, **values: str) -> str:
        """A secrets file with a new auth key and an Anthropic token that nobody issued; ``values`` replace or add keys."""
        return cloudinit.secrets(**{
            "tailscale_auth_key": values.pop("tailscale_auth_key", None) or self.auth_key(tags="tag:server"),
            "anthropic_token": f"sk-ant-oat01-{secrets.token_urlsafe(64)}", **values})

    def profile(self, profile: str = "") -> str:
        """``profile`` with the lab's addresses laid over it."""
        return merge(profile, self.services.profile())

    def user_data(self, agent: Path, secrets: str, profile: str = "", served: Path | None = None, sha256: str | None = None,
                  openclaw: str = "") -> str:
        """User-data as ``agent`` (which runs here) renders it: brings the agent, or what is ``served`` in its place, from the
        mirror, and runs its first boot. ``sha256`` is what it must have, if not its own; ``openclaw`` (YAML) pins another than the lab's.
        """
        name = f"bootstrap-agent-{self.arch}"
        served = served or agent
        self.services.publish(f"/agent/{name}", served)
        own, sums = self.instance.directory / "profile.yaml", self.instance.directory / "SHA256SUMS"
        own.write_text(merge(self.profile(profile), openclaw))
        sums.write_text(f"{sha256 or hashlib.sha256(served.read_bytes()).hexdigest()}  {name}\n")
        return complete([agent, "--render-user-data", "--profile", own, "--secrets", "-", "--sums", sums,
                         "--agent-url", f"https://{parts.MIRROR}/agent/bootstrap-agent-{{arch}}"], input=secrets, timeout=30).check().out

    @cached_property
    def operator(self) -> Operator:
        """The operator's laptop; it joins the tailnet when it is first asked for."""
        return Operator(self.instance, self.parts.laptop, self.services.ca_pem, self.services.control_url,
                        self.auth_key())

    def outsider(self, argv: Sequence[str], timeout: float = 60) -> Completed:
        """Runs a command of this machine where a stranger on the internet would be, on the same link as every host."""
        return complete(["ip", "netns", "exec", net.namespace(self.instance.number, "wan"), *argv], timeout=timeout, shown=argv)

    def _start_services(self) -> Services:
        def spawn(argv: Sequence[str | Path], stdout: IO) -> subprocess.Popen:
            return self.instance.spawn(argv, netns="wan", stdout=stdout)

        directory = self.instance.directory / "services"
        directory.mkdir()
        number = self.instance.number
        services = Services(self.parts, spawn, net.v4(number, net.MIRROR), net.v4(number, net.CONTROL), directory)
        services.start()
        return services

    def _start_metadata(self) -> Metadata:
        metadata = Metadata(self.instance.directory / "metadata")
        with open(metadata.directory / "server.log", "wb") as log:
            self.instance.spawn([sys.executable, "-m", "lab.metadata", metadata.directory], netns="wan", stdout=log,
                                env=dict(os.environ, PYTHONPATH=str(_PACKAGES)))
        wait_until(lambda: metadata.ready, 30, f"the metadata service; see {log.name}")
        return metadata

    def _layers(self, suite: str) -> list[Path]:
        """The root file system of ``suite`` under what makes it a server of this lab; the same for all hosts."""
        if suite not in self._suites:
            base = rootfs(suite, self.arch)
            directory = self.instance.directory / f"template-{suite}"
            root = mount_overlay([base], directory)
            self._equip(root)
            if suite == "noble":
                noble.resolve_by(root, net.v4(self.instance.number, net.ROUTER))
            unmount(root)
            self._suites[suite] = [directory / "upper", base]
        return self._suites[suite]

    def _image(self, suite: str) -> Path:
        """An ext4 image of these layers, which hosts copy."""
        if suite not in self._images:
            layers = self._layers(suite)
            self._images[suite] = make_image(layers, self.instance.directory / f"template-{suite}")
        return self._images[suite]

    def _equip(self, root: Path) -> None:
        """The lab's only traces in a host, besides what a provider's image has."""
        (root / "etc/resolv.conf").unlink(missing_ok=True)
        (root / "etc/resolv.conf").write_text(f"nameserver {net.v4(self.instance.number, net.ROUTER)}\n")
        config = cloudinit.CONFIG
        if emulated(self.arch):
            config = cloudinit.VM_CONFIG
            guest_agent.silence(root)
        (root / cloudinit.CONFIG_PATH.lstrip("/")).write_text(config)
        # PORT and FLAGS as upstream's tailscaled.defaults has them: its unit needs both
        (root / "etc/default/tailscaled").write_text(
            f'PORT="41641"\nFLAGS=""\nTS_DEBUG_ACME_DIRECTORY_URL={self.services.acme_url}\n')
        certificates = self.services.ca_pem.read_text().split(_CERTIFICATE_END)[:-1]
        for number, certificate in enumerate(certificates):  # update-ca-certificates(8): one in each file
            (root / f"usr/local/share/ca-certificates/lab-{number}.crt").write_text(certificate + _CERTIFICATE_END)
        with runnable(self.arch):
            run(["chroot", root, "update-ca-certificates"], seconds=120 * patience(self.arch))
