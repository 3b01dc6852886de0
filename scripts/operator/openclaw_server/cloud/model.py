# SPDX-License-Identifier: Apache-2.0
"""What exists at the provider, as plain values. Texts are the API's own and are cleaned where they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class Server:
    """``firewalls``: id to "applied" or "pending"."""

    id: int
    name: str
    status: str
    created: datetime
    type: str
    architecture: str
    image: str
    location: str
    ipv4: str | None
    ipv6: str | None
    labels: dict[str, str]
    firewalls: dict[int, str]
    backups: bool
    protected: bool


@dataclass(frozen=True)
class Firewall:
    """``inbound``: how many rules let something in."""

    id: int
    name: str
    labels: dict[str, str]
    inbound: int


@dataclass(frozen=True)
class Place:
    """A location where a server type is sold. ``available`` is advice: an order can still be refused."""

    name: str
    available: bool
    leaving: datetime | None  # no orders after


@dataclass(frozen=True)
class Price:
    """A month, net and gross."""

    net: Decimal
    gross: Decimal

    def __add__(self, other: Price) -> Price:
        return Price(self.net + other.net, self.gross + other.gross)

    def percent(self, share: Decimal) -> Price:
        return Price(self.net * share / 100, self.gross * share / 100)


@dataclass(frozen=True)
class ServerType:
    name: str
    architecture: str  # x86 or arm, as the API has it
    cores: int
    memory: float  # GB
    disk: int  # GB
    places: dict[str, Place]


@dataclass(frozen=True)
class Prices:
    """What an order made now costs a month, by the account's own list."""

    currency: str
    vat_percent: str
    backup_percent: Decimal  # of the server alone
    servers: dict[tuple[str, str], Price] = field(default_factory=dict)  # by (type, location)
    ipv4: dict[str, Price] = field(default_factory=dict)  # by location


@dataclass(frozen=True)
class Ordered:
    """A server that was asked for, and the actions that make it."""

    server: Server
    actions: tuple[int, ...]
