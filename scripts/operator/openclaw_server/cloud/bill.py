# SPDX-License-Identifier: Apache-2.0
"""What a deployment costs a month: server, IPv4 and backups, by the list of the API for orders made now."""

from __future__ import annotations

from dataclasses import dataclass

from openclaw_server.base.errors import Usage
from openclaw_server.base.text import clean
from openclaw_server.cloud.model import Price, Prices


@dataclass(frozen=True)
class Bill:
    lines: tuple[tuple[str, Price], ...]
    currency: str
    vat_percent: str

    @property
    def total(self) -> Price:
        return sum((price for _, price in self.lines[1:]), self.lines[0][1])

    def rows(self) -> list[tuple[str, str, str]]:
        """Of a table: what, net, gross."""
        every = (*self.lines, ("a month", self.total))
        return [(what, f"{price.net:.2f} {self.currency}", f"{price.gross:.2f} {self.currency}") for what, price in every]


def bill(prices: Prices, type: str, location: str, *, backups: bool) -> Bill:
    """Usage when the type is not sold in the location."""
    server = prices.servers.get((type, location))
    if server is None:
        places = sorted(place for name, place in prices.servers if name == type)
        raise Usage(
            f"server.location: {clean(type)} is not sold in {clean(location)}; it is in {clean(', '.join(places)) or 'none'}"
        )
    lines = [(f"server {type}", server)]
    if ipv4 := prices.ipv4.get(location):
        lines.append(("IPv4 address", ipv4))
    if backups:
        lines.append((f"backups, {prices.backup_percent.normalize():f}% of the server", server.percent(prices.backup_percent)))
    return Bill(tuple(lines), prices.currency, prices.vat_percent)
