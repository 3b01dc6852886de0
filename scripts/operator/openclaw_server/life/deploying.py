# SPDX-License-Identifier: Apache-2.0
"""From nothing to a verified gateway. Each step looks first, so that the same command goes on wherever the last one ended."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

import click

from openclaw_server.base import wait
from openclaw_server.base.errors import Busy, Failure, refuse
from openclaw_server.base.text import clean
from openclaw_server.cloud.failures import SOLD_OUT, CloudFailure
from openclaw_server.cloud.model import Firewall, Server
from openclaw_server.deployment import names
from openclaw_server.life import joining, ours
from openclaw_server.life.preview import Seen, problems
from openclaw_server.life.session import Session
from openclaw_server.reach import agent
from openclaw_server.reach.report import Report
from openclaw_server.secrets.secret import Secret
from openclaw_server.secrets.store import need
from openclaw_server.secrets.table import TABLE
from openclaw_server.userdata.render import render

FIREWALL_SECONDS = 120.0
POLL = 1.0

T = TypeVar("T")


@dataclass(frozen=True)
class Choices:
    """``all_in_user_data``: every secret goes by user-data, for tailnets whose policy lets nobody in as root."""

    yes: bool = False
    take_over: bool = False
    all_in_user_data: bool = False


def deploy(session: Session, seen: Seen, choices: Choices) -> Report:
    """Does what is to be done, and returns the agent's last report."""
    made = _Deploying(session, seen, choices)
    firewall = made.firewall()
    server = made.server(firewall)
    made.behind(server, firewall)
    report = made.gateway(server)
    made.secure(server)
    return report


class _Deploying:
    def __init__(self, session: Session, seen: Seen, choices: Choices) -> None:
        self._session, self._seen, self._choices = session, seen, choices
        self._wanted, self._cloud, self._screen = session.deployment, session.cloud, session.screen
        refuse(problems(session, seen) if seen.server is None else [])
        self._labels = ours.labels(self._wanted, seen.profile, seen.agent_sha256)
        for thing in (seen.firewall, seen.server):
            if thing and ours.check(thing, self._wanted, take_over=choices.take_over):
                self._take_over(thing)
        self._brought = self._secrets() if seen.server is None else {}
        if seen.server is None:
            joining.name_is_free(session)

    def firewall(self) -> Firewall:
        """One without inbound rules: before there is a server."""
        name, found = self._wanted.name, self._seen.firewall
        if found is None:
            with self._screen.step(f"making firewall {name}"):
                return self._ours(lambda: self._cloud.create_firewall(name, self._labels))
        if found.inbound:
            with self._screen.step(f"taking the inbound rules out of firewall {name}"):
                self._cloud.wait(self._cloud.empty_firewall(found), "emptying the firewall")
        return found

    def server(self, firewall: Firewall) -> Server:
        """Makes it when there is none."""
        if self._seen.server:
            return self._seen.server
        name, wanted = self._wanted.name, self._wanted
        user_data = render(wanted.release, self._seen.profile, self._brought).decode()
        labels = self._labels | ({names.HANDED: self._labels[names.MADE]} if self._choices.all_in_user_data else {})
        with self._screen.step(f"making server {name}"):
            try:
                ordered = self._ours(
                    lambda: self._cloud.create_server(
                        name,
                        labels,
                        type=wanted.server_type,
                        image_id=self._seen.image_id,
                        location=wanted.location,
                        firewall=firewall.id,
                        user_data=user_data,
                    )
                )
            except CloudFailure as failure:
                if failure.code in SOLD_OUT:
                    self._offer(failure)
                raise
            self._cloud.wait(ordered.actions, f"making server {name}")
        return ordered.server

    def behind(self, server: Server, firewall: Firewall) -> None:
        """Waits until the firewall is applied; a server without one is wide open."""
        if firewall.id not in server.firewalls:
            with self._screen.step("putting the server behind the firewall"):
                self._cloud.wait(self._cloud.apply_firewall(firewall, server), "applying the firewall")

        def applied() -> bool:
            now = self._cloud.server(server.name)
            return now is not None and now.firewalls.get(firewall.id) == "applied"

        if server.firewalls.get(firewall.id) != "applied":
            with self._screen.step("waiting for the firewall to be applied"):
                wait.until(applied, FIREWALL_SECONDS, "the firewall to be applied; the console shows its state", POLL)

    def gateway(self, server: Server) -> Report:
        """Follows the agent's run over the tailnet, and hands the other secrets over. Failure with its reasons when it is not well."""
        handed = names.HANDED in server.labels
        user = self._session.folder.user() if self._choices.all_in_user_data else "root"
        with self._screen.step("waiting for the node on the tailnet"):
            node = self._session.seen_node = joining.wait_for_node(self._session, server)
        with self._session.ssh(user, node) as ssh:
            with self._screen.step("following the agent's run"):
                report = agent.follow(ssh, self._tell, user=user)
            is_old = report.exit_code != 0 and self._seen.server is not None  # it may have ended before this command
            if not is_old:
                _judge(report)
            rest = {} if handed else self._rest()
            if rest or is_old:
                with self._screen.step(f"handing over {', '.join(rest)}" if rest else "having the agent try again"):
                    report = agent.reconcile(ssh, rest, self._tell, user=user)
                _judge(report)
            if not handed:
                self._cloud.label_server(server, server.labels | {names.HANDED: names.stamp(datetime.now(UTC))})
        return report

    def secure(self, server: Server) -> None:
        """Backups and protection: after the receipt, so that no backup holds a secret that was yet to be destroyed."""
        if self._wanted.backups and not server.backups:
            with self._screen.step("turning daily backups on"):
                self._cloud.wait([self._cloud.enable_backups(server)], "turning backups on")
        if not server.protected:
            with self._screen.step("turning the protection from deletion on"):
                self._cloud.wait([self._cloud.protect(server, on=True)], "turning the protection on")

    def _secrets(self) -> dict[str, Secret]:
        """What user-data brings. Usage when the owner lacks one that is needed, now or later: said before anything is made."""
        key = need(self._session.store, "tailscale_auth_key")
        need(self._session.store, "anthropic_token")
        rest = self._rest()  # also when it is handed over later: what is wrong with it is said now
        return {"tailscale_auth_key": key} | (rest if self._choices.all_in_user_data else {})

    def _rest(self) -> dict[str, Secret]:
        """What need not stand in user-data."""
        rows = [row.key for row in TABLE.values() if row.to_server and row.key != "tailscale_auth_key"]
        return {key: need(self._session.store, key) for key in rows if self._session.store.get(key) is not None}

    def _ours(self, make: Callable[[], T]) -> T:
        """What was made. Busy when somebody else took the name in the meantime."""
        try:
            return make()
        except CloudFailure as failure:
            if failure.code == "uniqueness_error":
                ours.check(self._cloud.firewall(self._wanted.name), self._wanted)
                ours.check(self._cloud.server(self._wanted.name), self._wanted)
                raise Busy(*failure.problems) from None
            raise

    def _take_over(self, thing: Server | Firewall) -> None:
        """Makes it this deployment's."""
        labels = thing.labels | {names.ID: self._wanted.id, names.BY: self._wanted.by}
        if isinstance(thing, Server):
            self._cloud.label_server(thing, labels)
            self._seen = replace(self._seen, server=replace(thing, labels=labels))
        else:
            self._cloud.label_firewall(thing, labels)

    def _offer(self, failure: CloudFailure) -> None:
        """Another location: asked for, never taken silently, since it cannot be changed later."""
        places = [
            place.name for place in self._seen.type.places.values() if place.available and place.name != self._wanted.location
        ]
        if not places:
            raise Failure(
                *failure.problems, f"no other location has {self._wanted.server_type} either; choose another type, or wait"
            ) from None
        there = ", ".join(clean(place, 30) for place in places)
        if sys.stdin.isatty():
            have = f"{self._wanted.location} has no {self._wanted.server_type} left; {there} say they have."
            if click.confirm(f"{have} Change deployment.yaml to {places[0]}?", err=True):
                self._session.folder.move_to(places[0])
                raise Failure(f"deployment.yaml says {places[0]} now; the same command goes on there, at its price") from None
        raise Failure(
            *failure.problems, f"these say that they have it: {there}; change server.location in deployment.yaml, or wait"
        ) from None

    def _tell(self, line: str) -> None:
        self._screen.say(f"  {clean(line)}")


def _judge(report: Report) -> None:
    """Failure with what the agent says is wrong, and why."""
    if report.exit_code:
        bad = [f"{resource.name}: {resource.outcome}: {resource.reason or '; '.join(resource.drifts)}" for resource in report.bad]
        raise Failure("the agent's run did not end well", *bad, "when its cause is gone, the same command goes on")
