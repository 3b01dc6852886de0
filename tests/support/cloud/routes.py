# SPDX-License-Identifier: Apache-2.0
"""Which path does what. Every answer is a status and a body; None is an empty one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cloud.errors import ApiError
from cloud.query import Query, page
from cloud.resources.project import Project
from cloud.resources.server_actions import act

Body = dict[str, Any]
Answer = tuple[int, Body | None]
Handler = Callable[[Project, list[str], Query, Body], Answer]


def _gone(project: Project, parts: list[str], query: Query, given: Body) -> Answer:
    raise ApiError(410, "deprecated_api_endpoint", "this endpoint was removed on 2026-10-01")


def _deleted(project: Project, kind: str, id: int) -> Answer:
    {"firewalls": project.firewalls, "ssh_keys": project.ssh_keys}[kind].delete(id)  # type: ignore[attr-defined]
    return 204, None


def _image_deleted(project: Project, id: int) -> Answer:
    project.delete_image(id)
    return 204, None


def _one(items: list[Body], id: str, name: str) -> Answer:
    for item in items:
        if str(item["id"]) == id:
            return 200, {name: item}
    raise ApiError(404, "not_found", f"{name} with ID '{id}' not found")


ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", r"/actions", lambda p, a, q, b: (200, p.actions.listing(q))),
    ("GET", r"/actions/(\d+)", lambda p, a, q, b: (200, p.actions.get(int(a[0])))),
    ("GET", r"/servers", lambda p, a, q, b: (200, p.servers.listing(q))),
    ("POST", r"/servers", lambda p, a, q, b: (201, p.servers.create(b))),
    ("GET", r"/servers/(\d+)", lambda p, a, q, b: (200, p.servers.get(int(a[0])))),
    ("PUT", r"/servers/(\d+)", lambda p, a, q, b: (200, p.servers.update(int(a[0]), b))),
    ("DELETE", r"/servers/(\d+)", lambda p, a, q, b: (200, p.servers.delete(int(a[0])))),
    ("GET", r"/servers/(\d+)/actions", lambda p, a, q, b: (200, p.actions.of("server", int(a[0]), q))),
    ("GET", r"/(?:servers|firewalls)/\d+/actions/(\d+)", lambda p, a, q, b: (200, p.actions.get(int(a[0])))),
    ("GET", r"/(?:servers|firewalls)/actions/(\d+)", lambda p, a, q, b: (200, p.actions.get(int(a[0])))),
    ("POST", r"/servers/(\d+)/actions/([a-z_]+)", lambda p, a, q, b: (201, act(p, int(a[0]), a[1], b))),
    ("GET", r"/firewalls", lambda p, a, q, b: (200, p.firewalls.listing(q))),
    ("POST", r"/firewalls", lambda p, a, q, b: (201, p.firewalls.create(b))),
    ("GET", r"/firewalls/(\d+)", lambda p, a, q, b: (200, p.firewalls.get(int(a[0])))),
    ("PUT", r"/firewalls/(\d+)", lambda p, a, q, b: (200, p.firewalls.update(int(a[0]), b))),
    ("DELETE", r"/firewalls/(\d+)", lambda p, a, q, b: _deleted(p, "firewalls", int(a[0]))),
    ("GET", r"/firewalls/(\d+)/actions", lambda p, a, q, b: (200, p.actions.of("firewall", int(a[0]), q))),
    ("POST", r"/firewalls/(\d+)/actions/([a-z_]+)", lambda p, a, q, b: (201, p.firewalls.act(int(a[0]), a[1], b))),
    ("GET", r"/ssh_keys", lambda p, a, q, b: (200, p.ssh_keys.listing(q))),
    ("POST", r"/ssh_keys", lambda p, a, q, b: (201, p.ssh_keys.create(b))),
    ("GET", r"/ssh_keys/(\d+)", lambda p, a, q, b: (200, p.ssh_keys.get(int(a[0])))),
    ("PUT", r"/ssh_keys/(\d+)", lambda p, a, q, b: (200, p.ssh_keys.update(int(a[0]), b))),
    ("DELETE", r"/ssh_keys/(\d+)", lambda p, a, q, b: _deleted(p, "ssh_keys", int(a[0]))),
    ("GET", r"/images", lambda p, a, q, b: (200, p.list_images(q))),
    ("GET", r"/images/(\d+)", lambda p, a, q, b: (200, p.image(int(a[0])))),
    ("DELETE", r"/images/(\d+)", lambda p, a, q, b: _image_deleted(p, int(a[0]))),
    ("GET", r"/locations", lambda p, a, q, b: (200, page(p.catalogue.locations, q, "locations"))),
    ("GET", r"/locations/(\d+)", lambda p, a, q, b: _one(p.catalogue.locations, a[0], "location")),
    ("GET", r"/server_types", lambda p, a, q, b: (200, page(p.catalogue.types(), q, "server_types"))),
    ("GET", r"/server_types/(\d+)", lambda p, a, q, b: _one(p.catalogue.types(), a[0], "server_type")),
    ("GET", r"/pricing", lambda p, a, q, b: (200, p.catalogue.pricing())),
    ("GET", r"/primary_ips", lambda p, a, q, b: (200, p.list_primary_ips(q))),
    ("GET", r"/datacenters(?:/\d+)?", _gone),
]


def find(method: str, path: str) -> tuple[Handler, list[str]]:
    """What a request asks for. 404 when there is no such path, which is before any token is looked at; 405 for another method."""
    others = False
    for its_method, pattern, handler in ROUTES:
        if match := re.fullmatch(pattern, path):
            if its_method == method:
                return handler, list(match.groups())
            others = True
    if others:
        raise ApiError(405, "method_not_allowed", "method not allowed")
    raise ApiError(404, "not_found", "the requested resource was not found")
