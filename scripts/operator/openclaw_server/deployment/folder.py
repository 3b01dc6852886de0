# SPDX-License-Identifier: Apache-2.0
"""The folder of a deployment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from openclaw_server.base import files
from openclaw_server.base.errors import Usage
from openclaw_server.base.yaml import parse
from openclaw_server.deployment import names, profile
from openclaw_server.deployment.model import Deployment
from openclaw_server.deployment.read import read
from openclaw_server.deployment.write import IGNORED, deployment_text, profile_text

LARGEST_PROFILE = 64 << 10  # bytes; the agent's limit


def home(given: str | None) -> Path:
    """Where deployments are: --directory, else openclaw-server in the XDG configuration directory."""
    if given:
        return Path(given).expanduser()
    configured = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(configured) if configured.startswith("/") else Path.home() / ".config") / "openclaw-server"


@dataclass(frozen=True)
class Folder:
    """One deployment's files."""

    path: Path

    @staticmethod
    def of(directory: str | None, name: str) -> Folder:
        """The folder of the deployment ``name``. Usage when that can be no name."""
        if problem := names.name_problem(name):
            raise Usage(f"{name!r} {problem}")
        return Folder(home(directory) / name)

    @property
    def secrets(self) -> Path:
        return self.path / "secrets.age"

    def deployment(self) -> Deployment:
        """What deployment.yaml says. Usage when it is not there or wrong."""
        file = self.path / "deployment.yaml"
        if not file.exists():
            raise Usage(
                f"{file}: is not there; 'openclaw-server init {self.path.name}' makes it, --directory says where else it is"
            )
        return read(files.read_text(file), str(file), self.path.name)

    def profile(self) -> bytes:
        """profile.yaml as it is; empty when there is none."""
        file = self.path / "profile.yaml"
        return files.read(file, LARGEST_PROFILE) if file.exists() else b""

    def hostname(self) -> str:
        """The node's name as the profile has it. Usage when the server would refuse the profile."""
        return self._of_profile("tailscale", "hostname") or "openclaw"

    def user(self) -> str:
        """The user whom the gateway runs as."""
        return self._of_profile("user") or "ubuntu"

    def gateway_port(self) -> int:
        """The gateway's port on the server's loopback."""
        return int(self._of_profile("gateway", "port") or "18789")

    def create(self, deployment: Deployment, sealed: bytes | None) -> None:
        """Writes the folder of a new deployment; ``sealed`` is secrets.age. Usage when it is there. deployment.yaml is last: it is what counts."""
        if (self.path / "deployment.yaml").exists():
            raise Usage(f"{self.path}: has a deployment already; choose another name, or remove the folder")
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.write(self.path / ".gitignore", IGNORED.encode(), private=False)
        files.write(self.path / f".{profile.SCHEMA}", profile.schema_text().encode(), private=False)
        files.write(self.path / "profile.yaml", profile_text(deployment.name).encode(), private=False)
        if sealed is not None:
            files.write(self.secrets, sealed)
        files.write(self.path / "deployment.yaml", deployment_text(deployment).encode(), private=False)

    def move_to(self, location: str) -> None:
        """Writes another location into deployment.yaml; nothing else of the file changes."""
        file = self.path / "deployment.yaml"
        lines = files.read_text(file).split("\n")
        node = parse("\n".join(lines)).at("server", "location")
        if node is None or not isinstance(node.value, str):
            raise Usage(f"{file}: server.location: is missing")
        line, at = lines[node.line - 1], node.column - 1
        lines[node.line - 1] = line[:at] + line[at:].replace(node.value, location, 1)
        files.write(file, "\n".join(lines).encode(), private=False)

    def _of_profile(self, *key: str) -> str | None:
        return profile.read(self.profile(), str(self.path / "profile.yaml")).text(*key)
