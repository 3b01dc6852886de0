# SPDX-License-Identifier: Apache-2.0
"""What a command about a deployment works with. Each thing is made when it is first asked for: so nobody is asked for a secret in vain."""

from __future__ import annotations

import sys
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openclaw_server.base.errors import Failure, Usage
from openclaw_server.base.screen import Screen
from openclaw_server.deployment.folder import Folder
from openclaw_server.deployment.model import Deployment
from openclaw_server.reach.ssh import Ssh
from openclaw_server.reach.tailnet import DEVICES, Node, Tailnet
from openclaw_server.secrets import age
from openclaw_server.secrets.secret import Secret
from openclaw_server.secrets.store import Store, need, open_store

if TYPE_CHECKING:
    from openclaw_server.cloud.hetzner import Hetzner


class Session:
    """One deployment, for one command."""

    def __init__(self, screen: Screen, directory: str | None, name: str) -> None:
        self.screen = screen
        self.folder = Folder.of(directory, name)
        self.deployment: Deployment = self.folder.deployment()
        self.seen_node: Node | None = None  # the server's, once it was found

    @cached_property
    def store(self) -> Store:
        return open_store(self.folder, self.deployment.keeping, self.lock)

    @cached_property
    def lock(self) -> age.Lock:
        """Of secrets.age. A passphrase is asked for once."""
        identity = self.deployment.keeping.identity
        return age.Lock(Path(identity) if identity else None, cache(self._ask_passphrase))

    @cached_property
    def cloud(self) -> Hetzner:
        from openclaw_server.cloud.hetzner import Hetzner

        return Hetzner(need(self.store, "hetzner_token"))

    @cached_property
    def tailnet(self) -> Tailnet:
        return Tailnet()

    def node(self) -> Node:
        """The server's node. Failure when this laptop does not see it."""
        hostname = self.folder.hostname()
        node = self.tailnet.node(hostname)
        if node is None:
            raise Failure(
                f"the tailnet has no device {hostname} that this laptop may see; 'deploy' makes it, {DEVICES} lists them all"
            )
        return node

    def ssh(self, user: str = "root", node: Node | None = None) -> Ssh:
        """A connection to the server, to be entered."""
        return Ssh(self.tailnet, node or self.node(), user, self.screen.say)

    def agree(self, question: str, *, given: bool) -> None:
        """Goes on when the person says yes, or did by an option. Usage when there is nobody to ask, Failure on a no."""
        if given:
            return
        if not sys.stdin.isatty():
            raise Usage(f"{question} There is no terminal to answer at; --yes says so beforehand")
        if not click.confirm(question, err=True):
            raise Failure("nothing was done")

    def _ask_passphrase(self) -> Secret:
        if not sys.stdin.isatty():
            raise Usage(f"{self.folder.secrets}: wants its passphrase, and there is no terminal; 'store: environment' is for CI")
        return Secret(click.prompt(f"passphrase of {self.folder.secrets}", hide_input=True, err=True))
