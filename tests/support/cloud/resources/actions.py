# SPDX-License-Identifier: Apache-2.0
"""Actions: what is asked takes time, may fail, and has its effect at its end."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cloud.errors import invalid, not_found
from cloud.query import Query, page

_ids = itertools.count(5_000_001)
Effect = Callable[[], None]


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


@dataclass
class Action:
    command: str
    resources: list[dict[str, Any]]
    seconds: float
    effect: Effect | None = None
    error: dict[str, str] | None = None  # it will end so
    id: int = field(default_factory=lambda: next(_ids))
    started: str = field(default_factory=now)
    begun: float = field(default_factory=time.monotonic)
    finished: str | None = None

    def body(self) -> dict[str, Any]:
        is_over = self.finished is not None
        spent = (time.monotonic() - self.begun) / self.seconds if self.seconds else 1
        return {
            "id": self.id,
            "command": self.command,
            "status": "running" if not is_over else "error" if self.error else "success",
            "progress": 100 if is_over else min(99, int(spent * 100)),
            "started": self.started,
            "finished": self.finished,
            "resources": self.resources,
            "error": self.error if is_over else None,
        }


@dataclass
class Actions:
    """``seconds`` is how long each takes, by its command; ``failing`` how the next of a command will end."""

    seconds: dict[str, float] = field(default_factory=dict)
    default_seconds: float = 0.05
    failing: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    all: list[Action] = field(default_factory=list)

    def begin(self, command: str, resources: list[tuple[str, int]], effect: Effect | None = None) -> Action:
        error = self.failing[command].pop(0) if self.failing.get(command) else None
        named = [{"id": id, "type": type} for type, id in resources]
        action = Action(command, named, self.seconds.get(command, self.default_seconds), effect, error)
        self.all.append(action)
        return action

    def fail_next(self, command: str, code: str, message: str) -> None:
        self.failing.setdefault(command, []).append({"code": code, "message": message})

    def settle(self) -> None:
        """Ends what has had its time, in the order in which it ends. Called before each request is looked at."""
        due = [action for action in self.all if action.finished is None and time.monotonic() >= action.begun + action.seconds]
        for action in sorted(due, key=lambda each: each.begun + each.seconds):
            action.finished = now()
            if action.effect and not action.error:
                action.effect()

    def running(self, type: str, id: int) -> bool:
        return any(action.finished is None and {"id": id, "type": type} in action.resources for action in self.all)

    def get(self, id: int) -> dict[str, Any]:
        for action in self.all:
            if action.id == id:
                return {"action": action.body()}
        raise not_found(f"action with ID '{id}'")

    def listing(self, query: Query) -> dict[str, Any]:
        """GET /actions: only those that are asked for by id; the list of all was removed."""
        if "id" not in query:
            raise invalid(id="is required")
        return page([action.body() for action in self.all], query, "actions", ("id", "status"))

    def of(self, type: str, id: int, query: Query) -> dict[str, Any]:
        mine = [action.body() for action in self.all if {"id": id, "type": type} in action.resources]
        return page(mine, query, "actions", ("status",))
