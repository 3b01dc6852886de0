# SPDX-License-Identifier: Apache-2.0
"""Every rule of the real API that is played, a row each. tests/operator/cloud has a test for each: `@rule("name")`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

RULES = {
    "hostname": "a server's name is required, and a hostname by RFC 1123: else 422 invalid_input with the field in details",
    "unique": "the second server or firewall of a name gets 409 uniqueness_error, also when it was asked for at the same moment",
    "user-data-hidden": "user_data never comes back from any GET",
    "user-data-limit": "user_data has at most 32 KiB",
    "rebuild-replays": "rebuild without user_data uses the old one again",
    "labels": "label values have at most 63 characters; the prefix hetzner.cloud/ is reserved",
    "selectors": "k=v, k!=v, k, !k, k in (a,b), joined by commas",
    "root-password": "create, rebuild and reset_password answer with root_password when there is no ssh key",
    "image-architecture": "an image's name exists once per architecture",
    "availability": "server_types[].locations[] says what is available; create in a sold-out location is 412 resource_unavailable",
    "availability-is-advice": "create can be 412 although the location was available",
    "prices": "prices are decimal strings, net and gross, by location; an IPv4 address has a price of its own",
    "actions-need-ids": "GET /actions needs id=, repeatable, and can be sorted by status and id",
    "create-actions": "create answers with action and next_actions; they take time",
    "action-fails": "an action can end with an error, and then has had no effect",
    "delete-detaches": "a firewall is in use until its server's deletion has ended: 422 resource_in_use",
    "backups-die": "backups go with their server, at most seven; a snapshot survives",
    "protection": "delete and rebuild protection have the same value; deleting then is 423 protected",
    "firewall-pending": "a firewall of the create call is there from the start, pending, then applied",
    "firewall-selector": "by label selector a firewall comes some moments later",
    "firewall-limits": "at most 50 rules a firewall, 5 firewalls a server; set_rules with [] empties",
    "wide-open": "a server without any firewall is wide open",
    "unauthorized": "no token and a wrong token are 401 with texts of their own",
    "path-before-token": "an unknown path is 404 before the token is looked at; another method is 405",
    "read-only": "a read-only token that writes is 403 forbidden, or token_readonly as it was before October 2026",
    "projects": "a token sees its own project alone",
    "json": "a body that is no JSON is 400 json_error",
    "quota": "more servers than the quota is 403 resource_limit_exceeded",
    "rate": "RateLimit-* on every answer; past the limit 429 rate_limit_exceeded",
    "correlation": "X-Correlation-Id on every answer",
    "locked": "a server with a running action is 423 locked",
    "pages": "25 a page, at most 50; a page past the end is 200, empty, with next_page null",
    "ssh-key": "a malformed SSH key is 422; a second of the same name is 409",
    "gone": "/datacenters is 410 deprecated_api_endpoint",
    "without-ipv4": "a server can be made without IPv4",
    "change-type": "change_type wants the server off, and the same architecture; upgrade_disk false leaves the disk as it was",
    "client-retries": "a client that retries a create after a time-out gets 409 for its own success",
}

T = TypeVar("T", bound=Callable[..., None])


def rule(*names: str) -> Callable[[T], T]:
    """Says which rows a test is for."""
    for name in names:
        RULES[name]  # KeyError for a row that is not there
    return lambda test: test
