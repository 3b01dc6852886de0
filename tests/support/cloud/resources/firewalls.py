# SPDX-License-Identifier: Apache-2.0
"""Firewalls: what they are applied to is pending for a while, by a label selector longer."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cloud.errors import ApiError, invalid, not_found, taken
from cloud.query import Query, page, selects
from cloud.resources.actions import Action, now

if TYPE_CHECKING:
    from cloud.resources.project import Project

MOST_RULES, MOST_OF_A_SERVER = 50, 5
_ids = itertools.count(38_001)
Body = dict[str, Any]


@dataclass
class Firewall:
    name: str
    labels: dict[str, str]
    rules: list[Body]
    id: int = field(default_factory=lambda: next(_ids))
    created: str = field(default_factory=now)
    selectors: list[str] = field(default_factory=list)


class Firewalls:
    def __init__(self, project: Project) -> None:
        self._project = project
        self.all: list[Firewall] = []

    def body(self, firewall: Firewall) -> Body:
        servers = [server for server in self._project.servers.all if firewall.id in server.firewalls]
        named = [
            {"type": "server", "server": {"id": server.id}} for server in servers if not self._selected(firewall, server.labels)
        ]
        by_label = [
            {"type": "label_selector", "label_selector": {"selector": selector},
             "applied_to_resources": [{"type": "server", "server": {"id": server.id}} for server in servers
                                      if selects(selector, server.labels)]}
            for selector in firewall.selectors
        ]  # fmt: skip
        return {"id": firewall.id, "name": firewall.name, "labels": firewall.labels, "created": firewall.created,
                "rules": firewall.rules, "applied_to": named + by_label}  # fmt: skip

    def listing(self, query: Query) -> Body:
        return page([self.body(each) for each in self.all], query, "firewalls")

    def find(self, id: int) -> Firewall:
        for firewall in self.all:
            if firewall.id == id:
                return firewall
        raise not_found(f"firewall with ID '{id}'")

    def get(self, id: int) -> Body:
        return {"firewall": self.body(self.find(id))}

    def create(self, given: Body) -> Body:
        self._check_name(given.get("name"))
        firewall = Firewall(given["name"], self._project.labels(given), _rules(given.get("rules") or []))
        self.all.append(firewall)
        actions = [self._set_rules(firewall)] if firewall.rules else []
        actions += self._apply(firewall, given.get("apply_to") or [])
        return {"firewall": self.body(firewall), "actions": [action.body() for action in actions]}

    def update(self, id: int, given: Body) -> Body:
        firewall = self.find(id)
        if given.get("name") not in (None, firewall.name):
            self._check_name(given["name"])
            firewall.name = given["name"]
        if "labels" in given:
            firewall.labels = self._project.labels(given)
        return self.get(id)

    def delete(self, id: int) -> None:
        firewall = self.find(id)
        if firewall.selectors or any(id in server.firewalls for server in self._project.servers.all):
            raise ApiError(422, "resource_in_use", f"firewall with ID '{id}' is still in use")
        self.all.remove(firewall)

    def act(self, id: int, command: str, given: Body) -> Body:
        firewall = self.find(id)
        if command == "set_rules":
            firewall.rules = _rules(given.get("rules") or [])
            actions = [self._set_rules(firewall)]
        elif command == "apply_to_resources":
            actions = self._apply(firewall, given.get("apply_to") or [])
        elif command == "remove_from_resources":
            actions = self._remove(firewall, given.get("remove_from") or [])
        else:
            raise not_found(f"action {command!r}")
        return {"actions": [action.body() for action in actions]}

    def matching(self, labels: dict[str, str]) -> list[Firewall]:
        """Those that a server with such labels gets by a selector."""
        return [firewall for firewall in self.all if self._selected(firewall, labels)]

    @staticmethod
    def _selected(firewall: Firewall, labels: dict[str, str]) -> bool:
        return any(selects(selector, labels) for selector in firewall.selectors)

    def _check_name(self, name: object) -> None:
        if not isinstance(name, str) or not 1 <= len(name) <= 128:
            raise invalid(name="is required")
        if any(firewall.name == name for firewall in self.all):
            raise taken(name)

    def _set_rules(self, firewall: Firewall) -> Action:
        def effect() -> None:
            for server in self._project.servers.all:
                self._project.servers.enforce(server)

        return self._project.actions.begin("set_firewall_rules", [("firewall", firewall.id)], effect)

    def _apply(self, firewall: Firewall, to: list[Body]) -> list[Action]:
        actions = []
        for target in to:
            if target["type"] == "label_selector":
                firewall.selectors.append(target["label_selector"]["selector"])
                servers = [each for each in self._project.servers.all if self._selected(firewall, each.labels)]
            else:
                servers = [self._project.servers.find(target["server"]["id"])]
                if firewall.id in servers[0].firewalls:
                    raise ApiError(422, "firewall_already_applied", "firewall was already applied on resource")
            for server in servers:
                actions.append(self._project.servers.attach(server, firewall.id))
        return actions

    def _remove(self, firewall: Firewall, targets: list[Body]) -> list[Action]:
        actions = []
        for target in targets:
            if target["type"] == "label_selector":
                firewall.selectors.remove(target["label_selector"]["selector"])
                continue
            server = self._project.servers.find(target["server"]["id"])
            if firewall.id not in server.firewalls:
                raise ApiError(422, "firewall_already_removed", "firewall was already removed from resource")
            actions.append(self._project.servers.detach(server, firewall.id))
        return actions


def _rules(rules: list[Body]) -> list[Body]:
    if len(rules) > MOST_RULES:
        raise invalid(rules=f"more than {MOST_RULES} rules")
    found = []
    for at, rule in enumerate(rules):
        if rule.get("direction") not in ("in", "out") or rule.get("protocol") not in ("tcp", "udp", "icmp", "esp", "gre"):
            raise invalid(**{f"rules[{at}]": "direction or protocol is invalid"})
        if (rule["protocol"] in ("tcp", "udp")) != bool(rule.get("port")):
            raise invalid(**{f"rules[{at}].port": "goes with tcp and udp, and only with them"})
        found.append({"description": rule.get("description"), "direction": rule["direction"], "protocol": rule["protocol"],
                      "port": rule.get("port"), "source_ips": rule.get("source_ips") or [],
                      "destination_ips": rule.get("destination_ips") or []})  # fmt: skip
    return found
