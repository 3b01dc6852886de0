"""The agent's profile in the lab: other addresses, and the hashes of what the lab had to pack itself. Nothing else."""

from __future__ import annotations

from .parts import CONTROL, MIRROR, REGISTRY_URL, Parts

# The first parts of these addresses replace upstream's; the mirror keeps upstream's layout below them.
TAILSCALE_URL = f"https://{MIRROR}/stable/tailscale_{{version}}_{{arch}}.tgz"
NODE_URL = f"https://{MIRROR}/dist/v{{version}}/node-v{{version}}-linux-{{arch}}.tar.xz"


def lab_profile(parts: Parts) -> str:
    """The YAML text."""
    return f"""\
tailscale:
  control_url: https://{CONTROL}
  download:
    url: "{TAILSCALE_URL}"
    sha256: {{{parts.arch}: {parts.tailscale.sha256}}}
node:
  download:
    url: "{NODE_URL}"
    sha256: {{{parts.arch}: {parts.node.sha256}}}
openclaw:
  registry: {REGISTRY_URL}
"""
