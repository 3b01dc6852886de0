"""Waiting for a condition with a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Late(Exception):
    """A condition did not come true before its deadline."""


def wait_until(condition: Callable[[], T], seconds: float, what: str, poll: float = 0.05) -> T:
    """Asks ``condition`` until it gives something true, and returns that. Raises Late after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() >= deadline:
            raise Late(f"waited {seconds:g} s for {what}")
        time.sleep(poll)
    return value
