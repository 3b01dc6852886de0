"""Pins other versions of OpenClaw for a host, and shows which version runs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from lab import fake_openclaw
from lab.host import Host
from lab.merge import merge
from lab.parts import MIRROR
from lab.world import World

PROFILE = "/etc/bootstrap-agent/profile.yaml"
PINNED = "/root/profile.yaml"
_CONFIG = "/home/ubuntu/.openclaw/openclaw.json"


def pin(world: World, host: Host, scratch: Path, version: str, gateway: str) -> None:
    """Writes the host's profile to PINNED, with another version, whose gateway is a program of fake_openclaw, and serves that."""
    host.write(PINNED, merge(host.read(PROFILE), _serve(world, scratch / version, version, gateway)))


def stand_in(world: World) -> str:
    """Profile (YAML) of a version that replaces OpenClaw; serves that version."""
    return _serve(world, world.instance.directory / "stand-in", "2026.9.7", fake_openclaw.STANDS_IN)


def _serve(world: World, directory: Path, version: str, gateway: str) -> str:
    directory.mkdir(exist_ok=True)
    path = f"/fake/{version}"
    text = fake_openclaw.lock(directory, version, gateway, f"https://{MIRROR}{path}")
    (directory / "package-lock.json").write_text(text)
    world.services.publish(path, directory)
    return (f"openclaw:\n  version: {version}\n  lock:\n    url: \"https://{MIRROR}/fake/{{version}}/package-lock.json\"\n"
            f"    sha256: {hashlib.sha256(text.encode()).hexdigest()}\ngateway:\n  ready_timeout: 60s\n")


def running(host: Host) -> str:
    """The version that the gateway's process runs from."""
    uid = host.run(["id", "-u", "ubuntu"]).check().out.strip()
    show = ["systemctl", "--user", "show", "--property=ExecStart", "openclaw-gateway.service"]
    argv = host.run(show, user="ubuntu", env={"XDG_RUNTIME_DIR": f"/run/user/{uid}"}).check().out
    return argv.partition("/opt/openclaw/")[2].partition("/")[0]


def is_ready(host: Host) -> bool:
    """Whether the gateway says that it is ready."""
    return '{"ready":true' in host.run(["curl", "-sS", "http://127.0.0.1:18789/readyz"]).out


def settings(host: Host) -> dict:
    """The gateway's configuration, without the notes that OpenClaw writes into it."""
    return {key: value for key, value in json.loads(host.read(_CONFIG)).items() if key != "meta"}
