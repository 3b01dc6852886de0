# SPDX-License-Identifier: Apache-2.0
"""Who types the commands. All that they answer is remembered: no secret may be in it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from dataclasses import dataclass, field

from box.box import Box
from box.desk import TAG, new_claude_token, new_identity, secrets_text
from lab.completed import Completed
from lab.wait import wait_until

TOOL = "openclaw-server"
ENV = "/home/ubuntu/.openclaw/.env"


@dataclass
class Person:
    """``secrets`` are all that were given or made so far, by their names."""

    box: Box
    secrets: dict[str, str] = field(default_factory=dict)
    answers: list[Completed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.secrets["hetzner"] = self.box.cloud.token
        self.identity = self.box.laptop.home / "identity"
        new_identity(self.identity)

    def __call__(self, *argv: str, input: str | None = None, env: dict[str, str] | None = None, timeout: float = 300) -> Completed:
        """Runs the tool to its end, without a terminal."""
        self.answers.append(self.box.laptop.run([TOOL, *argv], input=input, env=env, timeout=timeout))
        return self.answers[-1]

    def init(self, name: str) -> Completed:
        """With new secrets on standard input."""
        self.secrets[f"key of {name}"] = self.box.world.auth_key(tags=TAG)
        self.secrets[f"claude of {name}"] = new_claude_token()
        given = secrets_text(self.box.cloud.token, self.secrets[f"key of {name}"], self.secrets[f"claude of {name}"])
        release = self.box.release
        return self("init", name, "--release", release.url, "--key", release.key, "--by", "alice", "--identity", str(self.identity),
                    "--secrets", "-", "--yes", input=given)

    def on_server(self, *argv: str, timeout: float = 300) -> Completed:
        """A command on the server ``claw``, as root, by the tool."""
        return self("ssh", "claw", "--", *argv, timeout=timeout)

    def interrupts(self, *argv: str, at: str) -> Completed:
        """Begins a command, and presses Ctrl-C when its progress says ``at``."""
        inside = ["env", "-i", *(f"{key}={value}" for key, value in self.box.laptop.environment.items()), TOOL, *argv]
        said: list[str] = []
        process = subprocess.Popen(self.box.laptop.command(inside), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, start_new_session=True)
        assert process.stdout
        reader = threading.Thread(target=lambda: said.extend(iter(process.stdout.readline, "")), daemon=True)
        reader.start()
        try:
            wait_until(lambda: process.poll() is not None or any(at in line for line in said), 120, f"{at!r} in what {argv} says")
            os.killpg(process.pid, signal.SIGINT)
            process.wait(10)  # at once is a part of what is tested
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        reader.join(10)
        self.answers.append(Completed([TOOL, *argv], process.returncode, "", "".join(said)))
        return self.answers[-1]

    def learns_the_gateways_token(self) -> None:
        """Reads the token that the server made, so that it is looked for from now on."""
        (host,) = self.box.machines.hosts.values()
        (self.secrets["gateway"],) = re.findall(r"^OPENCLAW_GATEWAY_TOKEN=(\S+)$", host.read(ENV), re.MULTILINE)
