# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between a client and the API, on purpose: each fault fits some requests, so many times."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Literal

from cloud.errors import ApiError

# hang: no answer until the double stops. reset: the connection is reset before anything was done; reset_after: when it was done.
Kind = Literal["error", "hang", "reset", "hang_after", "reset_after", "html"]


@dataclass
class Fault:
    """``path`` is a regular expression for the whole path; ``times`` how often it strikes."""

    kind: Kind
    method: str
    path: str
    times: int = 1
    error: ApiError | None = None

    def fits(self, method: str, path: str) -> bool:
        return self.times > 0 and method == self.method and re.fullmatch(self.path, path) is not None


@dataclass
class Faults:
    planned: list[Fault] = field(default_factory=list)
    struck: list[Fault] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)  # ends what hangs

    def plan(self, kind: Kind, method: str, path: str, *, times: int = 1) -> None:
        self.planned.append(Fault(kind, method, path, times))

    def answer(self, status: int, code: str, method: str, path: str, *, message: str = "planned", times: int = 1) -> None:
        """An error instead of an answer: nothing is done."""
        self.planned.append(Fault("error", method, path, times, ApiError(status, code, message)))

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that strikes this request, if any."""
        for fault in self.planned:
            if fault.fits(method, path):
                fault.times -= 1
                self.struck.append(fault)
                return fault
        return None
