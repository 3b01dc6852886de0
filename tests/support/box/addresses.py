# SPDX-License-Identifier: Apache-2.0
"""python3 -m box.addresses ABOVE HOME: lays the profile ABOVE, with the lab's addresses, over those that `init` wrote below HOME.

A person's profile need not name them: Tailscale's control server, and the places where Tailscale, Node and OpenClaw come from. Done again, it changes
nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lab.merge import merge


def lay(above: str, home: Path) -> None:
    """Over every deployment's profile in ``home``."""
    for profile in home.glob(".config/openclaw-server/*/profile.yaml"):
        written = profile.read_text()
        if (wanted := merge(written, above)) != merge(written, ""):
            profile.write_text(f"# cloud-in-a-box: with the lab's own addresses\n{wanted}")


if __name__ == "__main__":
    lay(Path(sys.argv[1]).read_text(), Path(sys.argv[2]))
