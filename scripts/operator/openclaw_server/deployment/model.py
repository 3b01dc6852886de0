# SPDX-License-Identifier: Apache-2.0
"""deployment.yaml as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Store = Literal["age", "command", "environment"]
SECRETS = ("hetzner_token", "tailscale_auth_key", "tailscale_oauth_secret", "anthropic_token", "gateway_token", "webhook_url")
ARCHITECTURES = ("x86_64", "aarch64")  # as uname -m has them


@dataclass(frozen=True)
class Release:
    """Where servers get the agent: ``url`` is the folder of a release, ``key`` the minisign key that signed it."""

    url: str
    key: str
    sha256: dict[str, str]  # of the binary, by architecture

    @property
    def agent_url(self) -> str:
        """The address of the binary, with {arch} for the architecture, as the agent's --agent-url wants it."""
        return self.url + "/bootstrap-agent-{arch}"


@dataclass(frozen=True)
class Keeping:
    """Where the secrets are. ``identity``: the file of an age identity or ssh key, None for a passphrase. ``commands``: argv each."""

    store: Store
    identity: str | None = None
    commands: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Deployment:
    """One gateway: the name is also the server's, the firewall's and the node's."""

    id: str
    name: str
    by: str
    server_type: str
    image: str
    location: str
    backups: bool
    release: Release
    keeping: Keeping
