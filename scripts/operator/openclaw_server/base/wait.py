# SPDX-License-Identifier: Apache-2.0
"""Waiting for a condition, always with a deadline. The only place that pauses."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from openclaw_server.base.errors import Late

T = TypeVar("T")


def until(condition: Callable[[], T | None], seconds: float, what: str, poll: float = 1.0) -> T:
    """Asks ``condition`` every ``poll`` seconds until it gives something true, and returns that. Raises Late after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        left = deadline - time.monotonic()
        if left <= 0:
            raise Late(f"waited {shown(seconds)} for {what}")
        time.sleep(min(poll, left))


def shown(seconds: float) -> str:
    """A time as people say it: ``12 s``, ``3 min 20 s``."""
    whole = round(seconds)
    if whole < 120:
        return f"{seconds:.1f} s" if seconds < 10 and seconds != whole else f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
