# SPDX-License-Identifier: Apache-2.0
"""All that `verify` looks at: from outside, at the provider, over the tailnet, and by the agent inside."""

from __future__ import annotations

import json
from collections.abc import Callable

from openclaw_server.base.errors import Failure, Stop, Usage
from openclaw_server.base.text import clean
from openclaw_server.cloud.model import Server
from openclaw_server.life import ours, outside
from openclaw_server.life.checks import Check
from openclaw_server.life.session import Session
from openclaw_server.reach import agent, serve
from openclaw_server.reach.tailnet import Node

NEEDS = "needs: "


def verify(session: Session, *, every_port: bool) -> list[Check]:
    """One row a thing. What cannot be tried is said with its reason. Usage when there is no such server."""
    found: list[Check] = []
    screen = session.screen
    server = session.cloud.server(session.deployment.name)
    if server is None:
        raise Usage(f"the project has no server {session.deployment.name}; 'deploy' makes it")
    ours.check(server, session.deployment)
    found += _provider(session, server)
    node: Node | None = None
    with screen.step("looking over the tailnet"):
        try:
            node = session.node()
            found += _tailnet(session, node)
        except Stop as stop:
            found.append(Check("the node answers on the tailnet", "not tried", clean(stop.problems[0])))
    listening: list[tuple[str, int]] = []
    with screen.step("asking the agent"):
        found += _inside(session, node, listening)
    with screen.step("trying ports from outside"):
        wanted = outside.ports(session.folder.gateway_port(), listening, every=every_port)
        ipv6 = outside.first_address(server.ipv6) if server.ipv6 else None
        found += outside.look({"IPv4": server.ipv4, "IPv6": ipv6}, wanted)
    return found


def _provider(session: Session, server: Server) -> list[Check]:
    firewall = session.cloud.firewall(session.deployment.name)
    if firewall is None:
        return [
            Check(
                "the provider's firewall", "bad", f"there is none of the name {session.deployment.name}; 'deploy' makes it anew"
            )
        ]
    found = []
    rules = f"{firewall.inbound} inbound rules" if firewall.inbound else "no inbound rule"
    found.append(Check("the provider's firewall lets nothing in", "bad" if firewall.inbound else "good", rules))
    status = server.firewalls.get(firewall.id, "not of this server")
    others = [id for id in server.firewalls if id != firewall.id]
    more = f", and {len(others)} other firewalls" if others else ""
    is_good = status == "applied" and not others  # a second one could let something in
    found.append(Check("the provider's firewall is applied", "good" if is_good else "bad", f"{clean(status, 30)}{more}"))
    return found


def _tailnet(session: Session, node: Node) -> list[Check]:
    answers = session.tailnet.ping(node)
    found = [Check("the node answers on the tailnet", "good" if answers else "bad", f"{node.dns_name}, {node.address}")]
    if not answers:
        return [*found, Check("the gateway's page", "not tried", NEEDS + "the node to answer")]
    try:
        page = serve.get(session.tailnet, node, "/")
        is_good = page.status == 200 and b"<" in page.content
        found.append(
            Check("the gateway's page", "good" if is_good else "bad", f"{page.status}, certificate until {page.expires}")
        )
        ready = serve.get(session.tailnet, node, "/readyz")
        found.append(
            Check(
                "the gateway is ready", "good" if _is_ready(ready) else "bad", clean(ready.content.decode(errors="replace"), 200)
            )
        )
    except Failure as failure:
        found.append(Check("the gateway's page", "bad", failure.problems[0]))
    return found


def _is_ready(page: serve.Page) -> bool:
    try:
        return page.status == 200 and json.loads(page.content)["ready"] is True
    except (ValueError, KeyError, TypeError):
        return False


def _inside(session: Session, node: Node | None, listening: list[tuple[str, int]]) -> list[Check]:
    if node is None:
        return [Check("inside", "not tried", NEEDS + "the node on the tailnet")]
    found: list[Check] = []

    def as_user(user: str) -> list[Check]:
        with session.ssh(user, node) as ssh:
            report = agent.verify(ssh, user=user)
            listening[:] = agent.listening(ssh)
        rows = [
            Check(
                f"inside: {each.name}", "good" if each.is_good else "bad", each.reason or "; ".join(each.drifts) or each.outcome
            )
            for each in report.resources
        ]
        if report.exit_code and all(row.outcome == "good" for row in rows):
            rows.append(Check("inside", "bad", f"the agent's exit code is {report.exit_code}"))
        return rows

    attempts: list[Callable[[], list[Check]]] = [lambda: as_user("root"), lambda: as_user(session.folder.user())]
    reasons = []
    for attempt in attempts:
        try:
            return found + attempt()
        except Stop as stop:
            reasons.append(clean(stop.problems[0]))
    return [Check("inside", "not tried", reasons[0])]
