# SPDX-License-Identifier: Apache-2.0
"""Lists: filters, label selectors, order and pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cloud.errors import invalid

Query = dict[str, list[str]]
Item = dict[str, Any]

_KEY = r"[A-Za-z0-9./_-]+"
_Term = tuple[str, str, list[str]]  # the key, how it is looked at, and values
_TERMS: list[tuple[re.Pattern[str], Callable[[re.Match[str]], _Term]]] = [
    (re.compile(rf"({_KEY})\s+(in|notin)\s+\(([^()]*)\)"), lambda m: (m[1], m[2], [each.strip() for each in m[3].split(",")])),
    (re.compile(rf"({_KEY})\s*(!=|==|=)\s*([A-Za-z0-9._-]*)"), lambda m: (m[1], "notin" if m[2] == "!=" else "in", [m[3]])),
    (re.compile(rf"!\s*({_KEY})"), lambda m: (m[1], "absent", [])),
    (re.compile(rf"({_KEY})"), lambda m: (m[1], "present", [])),
]


def selects(selector: str, labels: dict[str, str]) -> bool:
    """Whether a label selector fits: k=v, k==v, k!=v, k, !k, k in (a,b), k notin (a,b), joined by commas."""
    for term in re.split(r",(?![^(]*\))", selector):
        found = next((read(match) for pattern, read in _TERMS if (match := pattern.fullmatch(term.strip()))), None)
        if found is None:
            raise invalid(label_selector=f"{term!r} is no selector")
        key, how, values = found
        is_there = key in labels
        fits = {
            "in": labels.get(key) in values,
            "notin": labels.get(key) not in values,
            "present": is_there,
            "absent": not is_there,
        }
        if not fits[how]:
            return False
    return True


def page(items: list[Item], query: Query, kind: str, filters: tuple[str, ...] = ()) -> Item:
    """The answer to a list: those items that the query wants, a page of them, under the name ``kind``."""
    for name in ("name", *filters):
        if name in query:
            items = [item for item in items if str(item[name]) in query[name]]
    for selector in query.get("label_selector", []):
        items = [item for item in items if selects(selector, item["labels"])]
    for order in reversed(query.get("sort", [])):
        field, _, direction = order.partition(":")
        if direction not in ("", "asc", "desc") or field not in ("id", "name", "created", "status", "command", "started"):
            raise invalid(sort=f"{order!r} is no order")
        items = sorted(items, key=lambda item: item[field], reverse=direction == "desc")
    number, size = _number(query, "page", 1), min(_number(query, "per_page", 25), 50)
    last = max(1, -(-len(items) // size))
    pagination = {
        "page": number,
        "per_page": size,
        "previous_page": number - 1 if number > 1 else None,
        "next_page": number + 1 if number < last else None,
        "last_page": last,
        "total_entries": len(items),
    }
    return {kind: items[(number - 1) * size : number * size], "meta": {"pagination": pagination}}


def _number(query: Query, name: str, default: int) -> int:
    text = query.get(name, [str(default)])[0]
    if not text.isdecimal() or not int(text):
        raise invalid(**{name: "is no positive number"})
    return int(text)
