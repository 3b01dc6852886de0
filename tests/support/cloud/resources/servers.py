# SPDX-License-Identifier: Apache-2.0
"""Servers: the list of them, and how one is made, changed and deleted. What is done to one by an action is in server_actions.py."""

from __future__ import annotations

import itertools
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cloud.errors import ApiError, invalid, locked, not_found, protected, taken
from cloud.machines import Booted
from cloud.query import Query, page
from cloud.resources.actions import Action, now
from cloud.resources.firewalls import MOST_OF_A_SERVER

if TYPE_CHECKING:
    from cloud.resources.project import Project

LARGEST_USER_DATA = 32768  # bytes
MOST_BACKUPS = 7
_HOSTNAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")
_ids = itertools.count(42_000_001)
Body = dict[str, Any]


@dataclass
class Server:
    name: str
    labels: dict[str, str]
    type: Body
    image: Body
    location: Body
    user_data: str
    machine: Booted
    id: int
    has_ipv4: bool = True
    status: str = "initializing"
    created: str = field(default_factory=now)
    firewalls: dict[int, float] = field(default_factory=dict)  # by id: applied from this moment of time.monotonic() on
    backup_window: str | None = None
    protection: bool = False
    disk: int = 0


class Servers:
    def __init__(self, project: Project) -> None:
        self._project = project
        self.all: list[Server] = []
        self.most = 100  # the quota

    def find(self, id: int) -> Server:
        for server in self.all:
            if server.id == id:
                return server
        raise not_found(f"server with ID '{id}'")

    def listing(self, query: Query) -> Body:
        return page([self.body(server) for server in self.all], query, "servers", ("status",))

    def get(self, id: int) -> Body:
        return {"server": self.body(self.find(id))}

    def create(self, given: Body) -> Body:
        shop = self._project.catalogue
        problems = {name: "is required" for name in ("name", "server_type", "image") if not given.get(name)}
        if given.get("name") and not _HOSTNAME.fullmatch(str(given["name"])):
            problems["name"] = "is no hostname"
        type = shop.find(shop.types(), given.get("server_type"))
        location = shop.find(shop.locations, given.get("location") or "fsn1")
        image = self._image(given.get("image"), type)
        for name, found in (("server_type", type), ("location", location), ("image", image)):
            if found is None:
                problems.setdefault(name, f"{given.get(name)!r} does not exist")
        user_data = given.get("user_data") or ""
        if len(user_data.encode()) > LARGEST_USER_DATA:
            problems["user_data"] = "is longer than 32 KiB"
        if problems or not (type and location and image):
            raise invalid(**problems)
        labels = self._project.labels(given)
        if image["architecture"] != type["architecture"]:
            raise invalid(image="its architecture is not the server type's")
        self._check_name(given["name"])
        if len(self.all) >= self.most:
            raise ApiError(403, "resource_limit_exceeded", "server limit exceeded")
        self._check_stock(type["name"], location["name"])
        firewalls = [self._project.firewalls.find(each["firewall"]) for each in given.get("firewalls") or []]
        if len(firewalls) > MOST_OF_A_SERVER:
            raise invalid(firewalls=f"more than {MOST_OF_A_SERVER}")
        keys = [self._project.ssh_keys.find_any(each) for each in given.get("ssh_keys") or []]
        id = next(_ids)
        rules = [rule for firewall in firewalls for rule in firewall.rules] if firewalls else None
        machine = self._project.machines.boot(id, given["name"], user_data, rules)
        has_ipv4 = (given.get("public_net") or {}).get("enable_ipv4", True)
        server = Server(given["name"], labels, type, image, location, user_data, machine, id, has_ipv4, disk=type["disk"])
        self.all.append(server)
        for firewall in firewalls:  # of the create call: there from the start
            server.firewalls[firewall.id] = time.monotonic() + self._project.firewall_seconds
        resources = [("server", id)]
        made = self._project.actions.begin("create_server", resources)
        start = self._project.actions.begin("start_server", resources, lambda: self._started(server))
        for firewall in self._project.firewalls.matching(labels):  # by a selector: some moments later
            if firewall not in firewalls:
                self.attach(server, firewall.id)
        password = None if keys else secrets.token_urlsafe(16)
        return {"server": self.body(server), "action": made.body(), "next_actions": [start.body()], "root_password": password}

    def update(self, id: int, given: Body) -> Body:
        server = self.find(id)
        if given.get("name") not in (None, server.name):
            if not _HOSTNAME.fullmatch(given["name"]):
                raise invalid(name="is no hostname")
            self._check_name(given["name"])
            server.name = given["name"]
        if "labels" in given:
            server.labels = self._project.labels(given)
        return self.get(id)

    def delete(self, id: int) -> Body:
        server = self.find(id)
        if server.protection:
            raise protected("server")
        self.check_unlocked(server)

        def effect() -> None:
            self.all.remove(server)  # its primary IPs, its place in firewalls and its backups go with it
            self._project.images[:] = [image for image in self._project.images if image["bound_to"] != id]
            self._project.machines.destroy(server.machine)

        server.status = "deleting"
        return {"action": self._project.actions.begin("delete_server", [("server", id)], effect).body()}

    def check_unlocked(self, server: Server) -> None:
        if self._project.actions.running("server", server.id):
            raise locked("server")

    def attach(self, server: Server, firewall: int) -> Action:
        """An action at whose end the server has the firewall, which then is pending for a while."""

        def effect() -> None:
            server.firewalls[firewall] = time.monotonic() + self._project.firewall_seconds
            self.enforce(server)

        return self._project.actions.begin("apply_firewall", [("server", server.id), ("firewall", firewall)], effect)

    def detach(self, server: Server, firewall: int) -> Action:
        def effect() -> None:
            server.firewalls.pop(firewall, None)
            self.enforce(server)

        return self._project.actions.begin("remove_firewall", [("server", server.id), ("firewall", firewall)], effect)

    def enforce(self, server: Server) -> None:
        """Tells the machine what holds it now: without any firewall it is wide open."""
        rules = [rule for id in server.firewalls for rule in self._project.firewalls.find(id).rules]
        self._project.machines.enforce(server.machine, rules if server.firewalls else None)

    def body(self, server: Server) -> Body:
        ip, net = server.machine.ipv4, server.machine.ipv6
        ipv4 = (
            {"id": server.id * 10 + 4, "ip": ip, "blocked": False, "dns_ptr": f"static.{ip}.example"} if server.has_ipv4 else None
        )
        firewalls = [
            {"id": id, "status": "applied" if time.monotonic() >= applied else "pending"}
            for id, applied in server.firewalls.items()
        ]
        return {
            "id": server.id, "name": server.name, "status": server.status, "created": server.created, "labels": server.labels,
            "public_net": {
                "ipv4": ipv4, "ipv6": {"id": server.id * 10 + 6, "ip": net, "blocked": False, "dns_ptr": []},
                "floating_ips": [], "firewalls": firewalls,
            },
            "private_net": [], "server_type": server.type, "location": server.location, "image": server.image, "iso": None,
            "rescue_enabled": False, "locked": self._project.actions.running("server", server.id), "backup_window": server.backup_window,
            "outgoing_traffic": 0, "ingoing_traffic": 0, "included_traffic": server.type["prices"][0]["included_traffic"],
            "protection": {"delete": server.protection, "rebuild": server.protection}, "volumes": [], "load_balancers": [],
            "primary_disk_size": server.disk, "placement_group": None,
        }  # fmt: skip

    def add_backup(self, server: Server) -> Body:
        """What the provider does once a day; the oldest of seven goes."""
        mine = [image for image in self._project.images if image["bound_to"] == server.id]
        for old in mine[: max(0, len(mine) + 1 - MOST_BACKUPS)]:
            self._project.images.remove(old)
        return self._project.add_image("backup", server)

    def image_of(self, wanted: object, type: Body) -> Body:
        """The image for a rebuild."""
        if image := self._image(wanted, type):
            return image
        raise invalid(image=f"{wanted!r} does not exist")

    def _started(self, server: Server) -> None:
        if server.status == "initializing":
            server.status = "running"

    def _image(self, wanted: object, type: Body | None) -> Body | None:
        """By id, or by name: a name is there once per architecture, and the server type's is taken."""
        everything = [*self._project.catalogue.images, *self._project.images]
        fitting = [image for image in everything if type is None or image["architecture"] == type["architecture"]]
        shop = self._project.catalogue
        return shop.find(fitting, wanted) or next((image for image in everything if str(image["id"]) == str(wanted)), None)

    def _check_name(self, name: str) -> None:
        if any(server.name == name for server in self.all):
            raise taken("server name")

    def _check_stock(self, type: str, location: str) -> None:
        shop = self._project.catalogue
        if (type, location) in shop.sold_out | shop.lost:
            raise ApiError(412, "resource_unavailable", "error during placement")
        if (type, location) in shop.leaving and shop.leaving[type, location] < now():
            raise invalid(server_type="is deprecated in this location")
