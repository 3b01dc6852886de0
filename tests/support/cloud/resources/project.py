# SPDX-License-Identifier: Apache-2.0
"""A project: what a token is bound to, and all that it sees."""

from __future__ import annotations

import itertools
import re
import time
from typing import TYPE_CHECKING, Any

from cloud.errors import invalid, not_found
from cloud.machines import Machines
from cloud.query import Query, page
from cloud.resources.actions import Actions
from cloud.resources.catalogue import Catalogue
from cloud.resources.firewalls import Firewalls
from cloud.resources.servers import Servers
from cloud.resources.ssh_keys import SshKeys

if TYPE_CHECKING:
    from cloud.resources.servers import Server

LIMIT = 3600  # requests; one a second comes back
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_image_ids = itertools.count(900_001)
Body = dict[str, Any]


class Project:
    """``firewall_seconds``: how long a firewall is pending. ``remaining``: requests that are left."""

    def __init__(self, catalogue: Catalogue, machines: Machines) -> None:
        self.catalogue, self.machines = catalogue, machines
        self.actions = Actions()
        self.firewalls = Firewalls(self)
        self.servers = Servers(self)
        self.ssh_keys = SshKeys(self)
        self.images: list[Body] = []  # snapshots and backups
        self.firewall_seconds = 0.1
        self.remaining = float(LIMIT)
        self._refilled = time.monotonic()

    def spend(self) -> bool:
        """Takes one request off what is left; False when nothing is."""
        now = time.monotonic()
        self.remaining = min(LIMIT, self.remaining + now - self._refilled)
        self._refilled = now
        if self.remaining < 1:
            return False
        self.remaining -= 1
        return True

    def labels(self, given: Body) -> dict[str, str]:
        """The labels of an input, checked."""
        labels = given.get("labels") or {}
        for key, value in labels.items():
            prefix, slash, name = key.rpartition("/")
            bad_prefix = slash and (not re.fullmatch(r"[a-z0-9.-]{1,253}", prefix) or prefix == "hetzner.cloud")
            if not isinstance(value, str) or not _LABEL.fullmatch(name) or bad_prefix or (value and not _LABEL.fullmatch(value)):
                raise invalid(labels=f"label {key!r} is invalid")
        return dict(labels)

    def list_images(self, query: Query) -> Body:
        everything = [*self.catalogue.images, *self.images]
        query = {**query, "bound_to": query["bound_to"]} if "bound_to" in query else query
        return page(everything, query, "images", ("type", "status", "architecture", "bound_to"))

    def image(self, id: int) -> Body:
        for image in [*self.catalogue.images, *self.images]:
            if image["id"] == id:
                return {"image": image}
        raise not_found(f"image with ID '{id}'")

    def delete_image(self, id: int) -> None:
        for image in self.images:
            if image["id"] == id:
                self.images.remove(image)
                return
        raise not_found(f"image with ID '{id}'")

    def add_image(self, type: str, server: Server) -> Body:
        """A copy of a server's disk: a backup is bound to it, a snapshot outlives it."""
        of = server.image
        image = self.catalogue.image(next(_image_ids), type, None, of["os_flavor"], of["os_version"], of["architecture"])
        image.update(
            image_size=1.0, created_from={"id": server.id, "name": server.name}, bound_to=server.id if type == "backup" else None
        )
        self.images.append(image)
        return image

    def list_primary_ips(self, query: Query) -> Body:
        """The IPv4 and IPv6 addresses that were made with servers, and go with them."""
        found = []
        for server in self.servers.all:
            for type, digit, ip in (("ipv4", 4, server.machine.ipv4), ("ipv6", 6, server.machine.ipv6)):
                if type == "ipv4" and not server.has_ipv4:
                    continue
                found.append({
                    "id": server.id * 10 + digit, "name": f"primary_ip-{server.id * 10 + digit}", "labels": {}, "created": server.created,
                    "blocked": False, "type": type, "ip": ip, "location": server.location, "dns_ptr": [],
                    "protection": {"delete": False}, "assignee_type": "server", "assignee_id": server.id, "auto_delete": True,
                })  # fmt: skip
        return page(found, query, "primary_ips", ("ip",))
