# SPDX-License-Identifier: Apache-2.0
"""The agent's report (docs/report.schema.json). Root on the server wrote it; still, every text of it is bounded and made safe."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from openclaw_server.base.errors import Failure
from openclaw_server.base.text import clean

SCHEMA = 1
MOST_RESOURCES = 200
GOOD = ("in_sync", "converged")


@dataclass(frozen=True)
class Resource:
    name: str
    outcome: str
    reason: str
    drifts: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        return self.outcome in GOOD


@dataclass(frozen=True)
class Report:
    """``exit_code`` is the agent's own judgement: 0, 1 or 2."""

    version: str
    exit_code: int
    changes: int
    facts: dict[str, str]
    resources: tuple[Resource, ...]
    plain: dict[str, Any] = field(repr=False)

    @property
    def bad(self) -> tuple[Resource, ...]:
        return tuple(resource for resource in self.resources if not resource.is_good)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(f"{resource.name}: {note}" for resource in self.resources for note in resource.notes)


def read(text: bytes) -> Report:
    """The report in what the agent printed. Failure when there is none."""
    try:
        raw = json.loads(text)
        if raw["schema"] != SCHEMA:
            raise Failure(
                f"the agent's report has schema {clean(raw['schema'], 20)}, and this tool knows {SCHEMA}; update this tool"
            )
        resources = tuple(_resource(each) for each in raw["resources"][:MOST_RESOURCES])
        facts = {clean(key, 60): clean(value) for key, value in list(raw["facts"].items())[:100]}
        code = raw["exit_code"]
        return Report(
            clean(raw["agent"]["version"], 60), code if code in (0, 1, 2) else 1, int(raw["changes"]), facts, resources, raw
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Failure(
            "the agent on the server printed no report; 'openclaw-server ssh' and 'bootstrap-agent --status' say more"
        ) from None


def _resource(raw: dict[str, Any]) -> Resource:
    drifts = tuple(
        f"{clean(each['field'], 80)}: is {clean(each['observed'], 160)}, should be {clean(each['desired'], 160)}"
        for each in raw["drifts"][:20]
    )
    return Resource(
        clean(raw["name"], 60),
        clean(raw["outcome"], 20),
        clean(raw.get("reason", "")),
        drifts,
        tuple(clean(note) for note in raw["notes"][:20]),
    )
