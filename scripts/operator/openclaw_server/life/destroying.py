# SPDX-License-Identifier: Apache-2.0
"""Back to nothing: the node leaves the tailnet, then server and firewall are deleted, and it is proved that they are gone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from openclaw_server.base import wait
from openclaw_server.base.errors import Differs, Failure, Late, Stop
from openclaw_server.base.text import clean
from openclaw_server.cloud.model import Firewall, Server
from openclaw_server.life import ours
from openclaw_server.life.joining import CLOCKS
from openclaw_server.life.session import Session
from openclaw_server.reach import devices
from openclaw_server.reach.tailnet import DEVICES, Node

LEAVE_SECONDS = 60.0
RENAME_SECONDS = 15.0
LOGOUT_SECONDS = 15.0
POLL = 0.5


@dataclass(frozen=True)
class Going:
    """What will go. ``node`` is surely this server's. ``namesake`` has its name, and may be another's. ``unseen``: why neither was looked for."""

    server: Server | None
    firewall: Firewall | None
    node: Node | None
    namesake: Node | None
    unseen: str | None

    def lines(self) -> list[str]:
        """For the person who is asked."""
        found = []
        if self.server:
            backups = "; its backups go with it" if self.server.backups else ""
            found.append(
                f"server    {clean(self.server.name)}, {self.server.ipv4 or 'without IPv4'}, since {self.server.created:%Y-%m-%d}{backups}"
            )
        if self.firewall:
            found.append(f"firewall  {clean(self.firewall.name)}")
        if self.node:
            how = "leaves the tailnet" if self.server else "is left on the tailnet, of a server that is gone"
            found.append(f"device    {self.node.dns_name} {how}")
        if self.namesake:
            found.append(
                f"not: the device {self.namesake.dns_name}, which may be another's: it is not from after the server was made"
            )
        if self.unseen:
            found.append(f"device    cannot be seen: {self.unseen}")
        return found


def look(session: Session) -> Going:
    """What there is. Busy when it is another deployment's."""
    name = session.deployment.name
    server, firewall = session.cloud.server(name), session.cloud.firewall(name)
    for thing in (server, firewall):
        ours.check(thing, session.deployment)
    try:
        nodes = session.tailnet.nodes()
    except Stop as stop:
        return Going(server, firewall, None, None, clean(stop.problems[0]))
    gone = next((node for node in nodes if node.name == _gone(session)), None)  # of an earlier try that was interrupted
    named = next((node for node in nodes if node.name == session.folder.hostname()), None)
    if named and server and named.created >= server.created - CLOCKS:
        return Going(server, firewall, named, None, None)
    return Going(server, firewall, gone, named, None)


def destroy(session: Session, going: Going) -> None:
    """Does it. Differs when a device is left on the tailnet; Failure when something else is."""
    screen, cloud = session.screen, session.cloud
    if going.server and going.server.protected:
        with screen.step("taking the protection off"):  # also the proof that the token may delete, before the node leaves
            cloud.wait([cloud.protect(going.server, on=False)], "taking the protection off")
    if going.node and going.server:
        with screen.step("taking the node off the tailnet"):
            _leave(session, going.node)
    if going.server:
        with screen.step(f"deleting server {going.server.name}"):
            action = cloud.delete_server(going.server)
            cloud.wait([action] if action else [], "deleting the server")
    if going.firewall:
        with screen.step(f"deleting firewall {going.firewall.name}"):
            cloud.delete_firewall(going.firewall)
    name = session.deployment.name
    left = [what for what, thing in (("server", cloud.server(name)), ("firewall", cloud.firewall(name))) if thing]
    if left:
        raise Failure(f"the project still has a {' and a '.join(left)} {name}; the same command tries again")
    screen.say(f"The provider has neither a server nor a firewall {name} any more.")
    if going.server:
        screen.say(
            f"A one-off Tailscale key is spent: before another deploy, 'openclaw-server init {name} --replace tailscale_auth_key'."
        )
    _device(session, going)


def _gone(session: Session) -> str:
    """The name that the node gets when it goes: nobody else's."""
    return f"gone-{session.deployment.id}"


def _leave(session: Session, node: Node) -> None:
    """Frees the name and logs the node out. A dead server cannot do that: it is said, and the rest goes on."""
    if not session.tailnet.ping(node):
        session.screen.say(f"  {node.dns_name} does not answer, so it cannot leave by itself")
        return
    try:
        with session.ssh("root", node) as ssh:
            # A device that is not ephemeral stays as expired, and would keep the name from the next server.
            ssh.run(["tailscale", "set", f"--hostname={_gone(session)}"], deadline=LEAVE_SECONDS)
            with suppress(Late):  # the new name goes to the control server by itself; a logout would overtake it
                wait.until(lambda: _is_renamed(session, node), RENAME_SECONDS, "the new name", POLL)
            with suppress(Failure):  # a logout ends the connection by which it was asked for, and ssh may not hear of that
                ssh.run(["tailscale", "logout"], deadline=LOGOUT_SECONDS)
    except Stop as stop:
        session.screen.say(f"  {clean(stop.problems[0])}")


def _is_renamed(session: Session, node: Node) -> bool:
    return not any(each.id == node.id and each.name == node.name for each in session.tailnet.nodes())


def _device(session: Session, going: Going) -> None:
    """Removes the device where an OAuth client is given, else says that it is left."""
    hostname = session.folder.hostname()
    if going.unseen:
        raise Differs(f"whether the tailnet still has a device {hostname} could not be seen; remove it at {DEVICES}")
    if going.namesake and not going.node:
        where = f"{going.namesake.dns_name} ({going.namesake.address})"
        raise Differs(
            f"the tailnet has a device {where}; when it is this server's, remove it at {DEVICES}: this tool cannot tell"
        )
    if going.node is None:
        return
    left = [node for node in session.tailnet.nodes() if node.id == going.node.id]
    if not left:
        session.screen.say(f"The device {going.node.name} has left the tailnet.")
        return
    secret = session.store.get("tailscale_oauth_secret")
    if secret is None:
        raise Differs(f"the tailnet still has the device {left[0].dns_name} ({left[0].address}); remove it at {DEVICES}")
    with session.screen.step(f"removing the device {left[0].name}"):
        devices.remove(left[0], secret)
