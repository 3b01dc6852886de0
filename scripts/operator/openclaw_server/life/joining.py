# SPDX-License-Identifier: Apache-2.0
"""From a server that was made to a node that this laptop sees on the tailnet."""

from __future__ import annotations

import time
from datetime import timedelta

from openclaw_server.base import wait
from openclaw_server.base.errors import Failure, Late
from openclaw_server.base.text import clean
from openclaw_server.cloud.model import Server
from openclaw_server.life.session import Session
from openclaw_server.reach.tailnet import DEVICES, Node

JOIN_SECONDS = 900.0  # from power-on: the agent is fetched (10 minutes at most), apt installs, then it joins
POLL = 2.0
LOOK_AT_SERVER_EVERY = 15.0  # seconds; the API counts requests
CLOCKS = timedelta(minutes=10)  # the provider's and the tailnet's may differ by so much
CONSOLE = "https://console.hetzner.com/projects"


def name_is_free(session: Session) -> None:
    """Failure when a device has the node's name already: the server would become NAME-1, and its address another."""
    name = session.folder.hostname()
    if node := session.tailnet.node(name):
        state = "online" if node.online else "offline"
        raise Failure(
            f"the tailnet has a device {name} already ({state}, since {node.created:%Y-%m-%d}); remove or rename it at {DEVICES}, "
            f"or choose another tailscale.hostname in {session.folder.path / 'profile.yaml'}"
        )


def wait_for_node(session: Session, server: Server) -> Node:
    """The node of this server, once it is online. Failure says what the API knows, and what it most likely is, when it does not come."""
    name = session.folder.hostname()
    looked = time.monotonic()

    def joined() -> Node | None:
        nonlocal looked
        nodes = [node for node in session.tailnet.nodes() if node.created >= server.created - CLOCKS]
        for node in nodes:
            if node.name == name and node.online:
                return node
        if time.monotonic() - looked > LOOK_AT_SERVER_EVERY:
            looked = time.monotonic()
            _check_runs(session, server)
        return None

    try:
        return wait.until(joined, JOIN_SECONDS, name, POLL)
    except Late:
        raise Failure(*_never(session, server, name)) from None


def _check_runs(session: Session, server: Server) -> None:
    now = session.cloud.server(server.name)
    if now is None:
        raise Failure(
            f"the server {server.name} is gone: somebody deleted it; the same command makes it anew, with a new Tailscale key"
        )
    if now.status in ("off", "stopping"):
        raise Failure(
            f"the server {server.name} is {now.status}: somebody turned it off, or it does not boot; turn it on at {CONSOLE}"
        )


def _never(session: Session, server: Server, name: str) -> list[str]:
    now = session.cloud.server(server.name)
    known = f"it is {clean(now.status, 30)}, {now.ipv4 or 'without IPv4'}, of {clean(now.type, 30)}" if now else "it is gone"
    other = [
        node.name
        for node in session.tailnet.nodes()
        if node.name.startswith(f"{name}-") and node.created >= server.created - CLOCKS
    ]
    found = [f"the server {server.name} has not joined the tailnet within {wait.shown(JOIN_SECONDS)}; the provider says: {known}"]
    if other:
        found.append(
            f"but {other[0]} has: the name {name} was taken; remove the other device at {DEVICES}, and rename this one there"
        )
    return [
        *found,
        f"most likely the auth key was used already, has expired, or is not pre-approved ({DEVICES} shows a device that waits for approval)",
        f"the agent has printed the reason on the server's console: {CONSOLE}, the project, {server.name}, the console button",
        f"next: 'openclaw-server destroy {server.name}', a new one-off key by 'openclaw-server init {server.name} --replace tailscale_auth_key' "
        "(or in your secrets' store), 'deploy' again",
    ]
