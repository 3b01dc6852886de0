"""All that is downloaded or run in a lab, ready."""

from __future__ import annotations

import json
import platform
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .node import Node, node
from .registry import registry
from .tailscale import Tailscale, tailnet, tailscale

MIRROR = "mirror.test"
CONTROL = "control.test"
REGISTRY_URL = f"https://{MIRROR}/npm/"

OPENCLAW = Path(__file__).resolve().parents[3] / "profiles/openclaw"


@dataclass(frozen=True)
class Parts:
    """See ``prepare``."""

    arch: str
    tailscale: Tailscale
    tailnet: Path  # the control server's program, for this machine
    laptop: Path  # directory with tailscale and tailscaled, for this machine
    node: Node
    npm: Path  # directory to serve at REGISTRY_URL
    openclaw: Path  # directory with package.json and package-lock.json

    @property
    def openclaw_version(self) -> str:
        return json.loads((self.openclaw / "package.json").read_text())["dependencies"]["openclaw"]


def prepare(arch: str = platform.machine()) -> Parts:
    """Makes what is missing, for servers of ``arch`` (uname's name): minutes at first, then at once."""
    with ThreadPoolExecutor() as pool:  # compiling and downloading go well together
        ours, theirs = pool.submit(tailnet), pool.submit(tailscale, arch)
        nodejs = pool.submit(node, arch)
        laptops = pool.submit(tailscale)
        packages = pool.submit(registry, OPENCLAW / "package-lock.json", REGISTRY_URL, arch)
        return Parts(arch, theirs.result(), ours.result(), laptops.result().programs, nodejs.result(), packages.result(), OPENCLAW)
