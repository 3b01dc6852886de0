# SPDX-License-Identifier: Apache-2.0
"""What is for sale: locations, server types, images and prices. Numbers are made up; their shapes are the API's."""

from __future__ import annotations

from typing import Any

VAT = "19.00"
BACKUP_PERCENT = "20.00"
IPV4 = ("0.5000000000", "0.5950000000")
LOCATIONS = ("fsn1", "nbg1", "hel1", "ash")
NEWS = "2026-01-01T00:00:00+00:00"


def _location(id: int, name: str) -> dict[str, Any]:
    zone = "us-east" if name == "ash" else "eu-central"
    city = {"fsn1": "Falkenstein", "nbg1": "Nuremberg", "hel1": "Helsinki", "ash": "Ashburn, VA"}[name]
    country = {"hel1": "FI", "ash": "US"}.get(name, "DE")
    return {"id": id, "name": name, "description": f"{city} DC Park 1", "country": country, "city": city,
            "latitude": 50.0, "longitude": 12.0, "network_zone": zone}  # fmt: skip


def _prices(net: float) -> list[dict[str, Any]]:
    def price(amount: float) -> dict[str, str]:
        return {"net": f"{amount:.10f}", "gross": f"{amount * 1.19:.10f}"}

    more = {"ash": 1.2}
    return [
        {"location": name, "price_hourly": price(net * more.get(name, 1) / 720), "price_monthly": price(net * more.get(name, 1)),
         "included_traffic": 20 * 1024**4, "price_per_tb_traffic": price(1)}
        for name in LOCATIONS
    ]  # fmt: skip


class Catalogue:
    """``sold_out`` are (type, location) that are said to be; ``lost`` those that are said to be there, and fail when they are ordered."""

    def __init__(self) -> None:
        self.sold_out: set[tuple[str, str]] = set()
        self.lost: set[tuple[str, str]] = set()
        self.leaving: dict[tuple[str, str], str] = {}  # by (type, location): no orders after
        self.currency = "EUR"
        self.locations = [_location(id, name) for id, name in enumerate(LOCATIONS, 1)]
        rows = [("cx23", 2, 4, 40, "x86", 3.49), ("cx33", 4, 8, 80, "x86", 5.49), ("cax11", 2, 4, 40, "arm", 3.79),
                ("cax21", 4, 8, 80, "arm", 6.49), ("cax31", 8, 16, 160, "arm", 12.49)]  # fmt: skip
        self._types = [(100 + at, *row) for at, row in enumerate(rows)]
        systems = [("ubuntu-24.04", "ubuntu", "24.04"), ("debian-12", "debian", "12"), ("debian-13", "debian", "13")]
        self.images = [
            self.image(9000 + 2 * at + (arch == "arm"), "system", name, flavor, version, arch)
            for at, (name, flavor, version) in enumerate(systems)
            for arch in ("x86", "arm")
        ]

    @staticmethod
    def image(id: int, type: str, name: str | None, flavor: str, version: str, arch: str) -> dict[str, Any]:
        return {
            "id": id, "type": type, "status": "available", "name": name, "description": name or "a copy", "image_size": None,
            "disk_size": 5, "created": NEWS, "created_from": None, "bound_to": None, "os_flavor": flavor, "os_version": version,
            "rapid_deploy": True, "protection": {"delete": False}, "deprecated": None, "deprecation": None, "deleted": None,
            "labels": {}, "architecture": arch,
        }  # fmt: skip

    def types(self) -> list[dict[str, Any]]:
        return [self._type(*row) for row in self._types]

    def _type(self, id: int, name: str, cores: int, memory: int, disk: int, arch: str, net: float) -> dict[str, Any]:
        return {
            "id": id, "name": name, "description": name.upper(), "cores": cores, "memory": float(memory), "disk": disk,
            "deprecated": False, "deprecation": None, "prices": _prices(net), "storage_type": "local", "cpu_type": "shared",
            "category": "cost_optimized", "architecture": arch,
            "locations": [
                {"id": place["id"], "name": place["name"], "recommended": place["name"] != "ash",
                 "available": (name, place["name"]) not in self.sold_out,
                 "deprecation": {"announced": NEWS, "unavailable_after": when} if (when := self.leaving.get((name, place["name"]))) else None}
                for place in self.locations
            ],
        }  # fmt: skip

    def find(self, items: list[dict[str, Any]], wanted: object) -> dict[str, Any] | None:
        """By id or name, as create takes them."""
        for item in items:
            if str(item["id"]) == str(wanted) or item["name"] == wanted:
                return item
        return None

    def pricing(self) -> dict[str, Any]:
        each = {"location": "", "price_hourly": {"net": "0.0007000000", "gross": "0.0008330000"},
                "price_monthly": {"net": IPV4[0], "gross": IPV4[1]}}  # fmt: skip
        free = {"net": "0.0000000000", "gross": "0.0000000000"}
        none = {"price_hourly": free, "price_monthly": free}
        return {"pricing": {
            "currency": self.currency, "vat_rate": VAT,
            "primary_ips": [{"type": "ipv4", "prices": [{**each, "location": name} for name in LOCATIONS]},
                            {"type": "ipv6", "prices": [{**none, "location": name} for name in LOCATIONS]}],
            "floating_ips": [  # hcloud-go 2.52 wants as many of them as of primary_ips
                {"type": type, "prices": [{"location": name, "price_monthly": free} for name in LOCATIONS]} for type in ("ipv4", "ipv6")
            ],
            "floating_ip": {"price_monthly": free}, "image": {"price_per_gb_month": free}, "volume": {"price_per_gb_month": free},
            "server_backup": {"percentage": BACKUP_PERCENT},
            "server_types": [{"id": type["id"], "name": type["name"], "prices": type["prices"]} for type in self.types()],
            "load_balancer_types": [],
        }}  # fmt: skip
