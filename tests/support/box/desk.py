# SPDX-License-Identifier: Apache-2.0
"""What lies ready on the laptop for a person who has accounts already: an age identity, and a file of secrets that nobody issued."""

from __future__ import annotations

import secrets
from pathlib import Path

from lab.command import run

from box.box import Box

KEYS = 3  # one-off Tailscale keys
TAG = "tag:server"

GREETING = """
cloud-in-a-box: you sit at a laptop on a tailnet. This goes from nothing to a gateway, and back:
  openclaw-server init claw --release {url} --key {key} \\
      --by me --identity ~/identity --secrets ~/secrets.yaml
  openclaw-server deploy claw
  openclaw-server verify claw
  openclaw-server destroy claw
~/secrets.yaml has a token for the provider, a one-off Tailscale key and a Claude token that nobody issued; ~/tailscale-keys has {more} more
keys. After `init`, the lab's own addresses are laid over profile.yaml. `exit` destroys it all.
"""


def lay_ready(box: Box) -> str:
    """Writes the files, and returns what to tell the person."""
    home, world = box.laptop.home, box.world
    new_identity(home / "identity")
    _private(home / "secrets.yaml", secrets_text(box.cloud.token, world.auth_key(tags=TAG), new_claude_token()))
    _private(home / "tailscale-keys", "".join(f"{world.auth_key(tags=TAG)}\n" for _ in range(KEYS)))
    return GREETING.format(url=box.release.url, key=box.release.key, more=KEYS)


def secrets_text(hetzner: str, tailscale: str, claude: str) -> str:
    """What `init --secrets` takes."""
    return f"hetzner_token: {hetzner}\ntailscale_auth_key: {tailscale}\nanthropic_token: {claude}\n"


def new_claude_token() -> str:
    return f"sk-ant-oat01-{secrets.token_urlsafe(64)}"


def new_identity(file: Path) -> None:
    """An ssh key without passphrase, which age takes for an identity."""
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "laptop", "-f", file], seconds=30)


def _private(file: Path, text: str) -> None:
    file.touch(0o600)
    file.write_text(text)
