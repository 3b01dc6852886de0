# SPDX-License-Identifier: Apache-2.0
"""What the real ssh makes of our options, where there is one: `ssh -G` prints them without connecting."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openclaw_server.reach.ssh import Ssh
from openclaw_server.reach.tailnet import Node

NODE = Node(
    "n1",
    "claw",
    "claw.tail.ts.net",
    "100.64.0.1",
    online=True,
    created=datetime.now(UTC),
    expired=False,
    host_keys=("ssh-ed25519 AAAA",),
)


class Tailnet:
    def proxy(self) -> list[str]:
        return ["/Applications/A Tailscale/tailscale", "nc", "%h", "%p"]


@pytest.mark.skipif(not shutil.which("ssh"), reason="there is no ssh here")
def test_ssh_understands_every_option(tmp_path: Path) -> None:
    tailnet: Any = Tailnet()
    ssh = Ssh(tailnet, NODE, "root", print)
    ssh._directory = tmp_path
    done = subprocess.run(["ssh", "-G", *ssh._options(), ssh._target], capture_output=True, text=True, check=True)
    found = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    assert (found["user"], found["hostname"], found["hostkeyalias"]) == ("root", "100.64.0.1", "claw.tail.ts.net")
    assert found["stricthostkeychecking"] in ("true", "yes")
    assert found["userknownhostsfile"] == f"{tmp_path}/known_hosts"
    assert found["controlpath"] == f"{tmp_path}/c"
    assert found["proxycommand"] == "'/Applications/A Tailscale/tailscale' nc %h %p"
    assert (found["forwardagent"], found["batchmode"]) == ("no", "yes")
