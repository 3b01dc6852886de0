# SPDX-License-Identifier: Apache-2.0
"""Hetzner's cloud, by the vendor's client for Python 2.27. The only file that knows it.

The client has no time-out of its own, retries five times (rate limit, conflict, 502, 504, time-outs: a POST, too), and does not
retry 503, 423 or a broken connection. So a create that meets uniqueness_error may be our own: `create_*` look by the labels.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import requests
from hcloud import APIException, Client
from hcloud.firewalls import Firewall as TheirFirewall
from hcloud.images import Image
from hcloud.locations import Location
from hcloud.server_types import ServerType as TheirType
from hcloud.servers import Server as TheirServer

from openclaw_server import VERSION
from openclaw_server.base import wait
from openclaw_server.base.errors import Failure, Late, Usage
from openclaw_server.base.text import clean
from openclaw_server.cloud.failures import PASSING, CloudFailure, Unreachable
from openclaw_server.cloud.model import Firewall, Ordered, Place, Price, Prices, Server, ServerType
from openclaw_server.deployment import names
from openclaw_server.secrets.secret import Secret

ENDPOINT = "https://api.hetzner.cloud/v1"
TIMEOUT = (10.0, 20.0)  # seconds: to connect, and without a byte
PASSES_WITHIN = 90.0  # seconds that an error which passes by itself may take
ACTION_SECONDS = 600.0
POLL = 1.0  # seconds

_REASONS = {
    r"timed? ?out": "it timed out",
    r"refused": "the connection is refused",
    r"reset|aborted|closed connection": "the connection was reset",
    r"resolve|Name or service|nodename": "the name is not found; is this laptop online?",
    r"(?i)certificate": "the certificate is not trusted",
}

T = TypeVar("T")


class Hetzner:
    """One project, by its token. Every call raises CloudFailure when the API refuses or cannot be reached."""

    def __init__(self, token: Secret) -> None:
        self._client = Client(
            token.reveal(), endpoint(), application_name="openclaw-server", application_version=VERSION, timeout=TIMEOUT
        )

    def servers(self) -> list[Server]:
        """All of the project's."""
        return [_server(each) for each in self._ask(self._client.servers.get_all)]

    def server(self, name: str) -> Server | None:
        found = self._ask(lambda: self._client.servers.get_by_name(name))
        return _server(found) if found else None

    def firewall(self, name: str) -> Firewall | None:
        found = self._ask(lambda: self._client.firewalls.get_by_name(name))
        return _firewall(found) if found else None

    def server_type(self, name: str) -> ServerType:
        """Usage when there is no such type."""
        found = self._ask(lambda: self._client.server_types.get_by_name(name))
        if not found:
            raise Usage(
                f"server.type: the provider has no {clean(name)}; 'hcloud server-type list' or the console name those that there are"
            )
        return _type(found)

    def image_id(self, name: str, architecture: str) -> int:
        """Of the image for an architecture: a name is there once for each. Usage when there is none."""
        found = self._ask(lambda: self._client.images.get_by_name_and_architecture(name, architecture))
        if not found or found.id is None:
            raise Usage(
                f"server.image: the provider has no {clean(name)} for {clean(architecture)}; it would be like ubuntu-24.04"
            )
        return found.id

    def prices(self) -> Prices:
        answer = self._ask(lambda: self._client.request("GET", "/pricing"))["pricing"]
        return Prices(
            clean(answer["currency"], 10),
            clean(answer["vat_rate"], 10),
            Decimal(answer["server_backup"]["percentage"]),
            {(each["name"], row["location"]): _price(row) for each in answer["server_types"] for row in each["prices"]},
            {row["location"]: _price(row) for each in answer["primary_ips"] if each["type"] == "ipv4" for row in each["prices"]},
        )

    def create_firewall(self, name: str, labels: dict[str, str]) -> Firewall:
        """A firewall without rules, which lets nothing in. One that has the name and our id already is returned."""
        create: Callable[..., Any] = self._client.firewalls.create  # whose type has labels as text
        return self._create(lambda: _firewall(create(name, labels=labels).firewall), lambda: self.firewall(name), labels)

    def create_server(
        self, name: str, labels: dict[str, str], *, type: str, image_id: int, location: str, firewall: int, user_data: str
    ) -> Ordered:
        """A server with a firewall from its first moment. One that has the name and our id already is returned, without actions."""

        def order() -> Ordered:
            made = self._client.servers.create(
                name,
                TheirType(name=type),
                Image(id=image_id),
                firewalls=[TheirFirewall(id=firewall)],
                user_data=user_data,
                labels=labels,
                location=Location(name=location),
            )
            return Ordered(
                _server(made.server), tuple(_ids([made.action, *(made.next_actions or [])]))
            )  # root_password is dropped

        def there() -> Ordered | None:
            found = self.server(name)
            return Ordered(found, ()) if found else None

        return self._create(order, there, labels)

    def wait(self, actions: Iterable[int], what: str, seconds: float = ACTION_SECONDS) -> None:
        """Until all actions have ended well. Failure when one did not, Late after ``seconds``."""
        left = list(actions)

        def done() -> bool:
            for number in list(left):
                action = self._ask(partial(self._client.actions.get_by_id, number))
                if action.status == "error":
                    error: Any = action.error or {}
                    raise CloudFailure(
                        str(error.get("code", "action_failed")), f"{what}: {error.get('message', 'the action failed')}"
                    )
                if action.status == "success":
                    left.remove(number)
            return not left

        wait.until(done, seconds, what, POLL)

    def label_server(self, server: Server, labels: dict[str, str]) -> None:
        """Gives a server these labels in place of its own."""
        self._ask(lambda: self._client.servers.update(TheirServer(id=server.id), labels=labels))

    def label_firewall(self, firewall: Firewall, labels: dict[str, str]) -> None:
        """Gives a firewall these labels in place of its own."""
        self._ask(lambda: self._client.firewalls.update(TheirFirewall(id=firewall.id), labels=labels))

    def enable_backups(self, server: Server) -> int:
        """The action that turns the daily backups on."""
        return self._act(lambda its: self._client.servers.enable_backup(its), server)

    def protect(self, server: Server, *, on: bool) -> int:
        """The action that changes the protection from deletion and rebuild; the API wants both alike."""
        return self._act(lambda its: self._client.servers.change_protection(its, delete=on, rebuild=on), server)

    def apply_firewall(self, firewall: Firewall, server: Server) -> list[int]:
        """The actions that put a server behind a firewall."""
        from hcloud.firewalls import FirewallResource

        target = FirewallResource("server", server=TheirServer(id=server.id))
        return _ids(self._ask(lambda: self._client.firewalls.apply_to_resources(TheirFirewall(id=firewall.id), [target])))

    def empty_firewall(self, firewall: Firewall) -> list[int]:
        """The actions that take all rules out."""
        return _ids(self._ask(lambda: self._client.firewalls.set_rules(TheirFirewall(id=firewall.id), [])))

    def delete_server(self, server: Server) -> int | None:
        """The action that deletes it; None when it is gone already."""
        try:
            return self._act(lambda its: self._client.servers.delete(its), server)
        except CloudFailure as failure:
            if failure.code == "not_found":
                return None
            raise

    def delete_firewall(self, firewall: Firewall, seconds: float = 60) -> None:
        """Deletes it as soon as nothing uses it any more. Gone already is as good."""

        def gone() -> bool:
            try:
                self._ask(lambda: self._client.firewalls.delete(TheirFirewall(id=firewall.id)))
            except CloudFailure as failure:
                if failure.code == "resource_in_use":
                    return False
                if failure.code != "not_found":
                    raise
            return True

        wait.until(gone, seconds, f"the firewall {clean(firewall.name)} to be used by nothing; the console shows by what", POLL)

    def _act(self, call: Callable[[TheirServer], Any], server: Server) -> int:
        return _ids([self._ask(lambda: call(TheirServer(id=server.id)))])[0]

    def _create(self, make: Callable[[], T], there: Callable[[], T | None], labels: dict[str, str]) -> T:
        """Makes something whose name is unique. After no answer, and after "taken", what is there is ours when it has our id."""
        try:
            return self._ask(make, once=True)
        except CloudFailure as failure:
            if not isinstance(failure, Unreachable) and failure.code != "uniqueness_error":
                raise
            found: Any = there()
            if found is None and isinstance(failure, Unreachable):
                return self._ask(make, once=True)
            of = getattr(found, "server", found)
            if found is None or of.labels.get(names.ID) != labels[names.ID]:
                raise
            return found  # type: ignore[no-any-return]

    def _ask(self, call: Callable[[], T], *, once: bool = False) -> T:
        """The answer of a call; errors that pass by themselves are waited for. ``once``: not when it may have been carried out."""
        failure: list[CloudFailure] = []

        def answered() -> list[T] | None:
            try:
                return [call()]
            except APIException as error:
                failure[:] = [_failure(error)]
                if failure[0].code not in PASSING or (once and failure[0].code in ("bad_gateway", "timeout")):
                    raise failure[0] from None
            except (requests.RequestException, OSError) as error:
                failure[:] = [Unreachable(_reason(error))]
                if once:
                    raise failure[0] from None
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise Failure(f"Hetzner's API: an answer of another form than expected ({type(error).__name__})") from None
            return None

        try:
            return wait.until(answered, PASSES_WITHIN, "an answer", POLL)[0]
        except Late:
            raise failure[0] from None


def endpoint() -> str:
    """HCLOUD_ENDPOINT, as the vendor's own programs have it: https, or on this machine."""
    given = os.environ.get("HCLOUD_ENDPOINT", ENDPOINT)
    if not re.fullmatch(r"https://[!-~]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?/[!-~]*", given):
        raise Usage("HCLOUD_ENDPOINT: is no https address; leave it unset")
    return given.rstrip("/")


def _reason(error: Exception) -> str:
    """Why no answer came; the library's own text names objects in memory."""
    text = str(error)
    return next((reason for pattern, reason in _REASONS.items() if re.search(pattern, text)), type(error).__name__)


def _failure(error: APIException) -> CloudFailure:
    details = error.details if isinstance(error.details, dict) else {}
    fields = [
        f"{field.get('name')}: {', '.join(map(str, field.get('messages', [])))}"
        for field in details.get("fields", [])
        if isinstance(field, dict)
    ]
    by_status = {"502": "bad_gateway", "503": "unavailable", "504": "timeout"}  # of a proxy in between, which has no code
    return CloudFailure(
        by_status.get(str(error.code), str(error.code)), str(error.message), error.correlation_id, tuple(fields[:5])
    )


def _ids(actions: Iterable[Any]) -> list[int]:
    return [action.id for action in actions if action is not None]


def _server(of: Any) -> Server:
    net = of.public_net
    return Server(
        of.id, of.name, of.status, of.created, of.server_type.name, of.server_type.architecture, (of.image and of.image.name) or "?",
        of.location.name, net.ipv4.ip if net.ipv4 else None, net.ipv6.ip if net.ipv6 else None, dict(of.labels or {}),
        {each.firewall.id: each.status for each in net.firewalls or []}, of.backup_window is not None, bool(of.protection["delete"]),
    )  # fmt: skip


def _firewall(of: Any) -> Firewall:
    return Firewall(of.id, of.name, dict(of.labels or {}), sum(rule.direction == "in" for rule in of.rules))


def _type(of: Any) -> ServerType:
    places = {
        each.location.name: Place(
            each.location.name, bool(each.available), each.deprecation.unavailable_after if each.deprecation else None
        )
        for each in of.locations
    }
    return ServerType(of.name, of.architecture, int(of.cores), float(of.memory), int(of.disk), places)


def _price(row: Any) -> Price:
    month = row["price_monthly"]
    return Price(Decimal(month["net"]), Decimal(month["gross"]))
