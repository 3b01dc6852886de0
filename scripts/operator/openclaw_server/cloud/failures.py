# SPDX-License-Identifier: Apache-2.0
"""What the API's error codes mean to the person, and what to do next. Codes: the vendor's API description, section Errors."""

from __future__ import annotations

from openclaw_server.base.errors import Failure
from openclaw_server.base.text import clean

_READ_ONLY = "the token may only read; make one with 'Read & Write' in the project's Security, API tokens"
_SOLD_OUT = "the provider has none left there; it often passes by itself, or choose another location or type in deployment.yaml"
_ADVICE = {
    "unauthorized": "the token is not known there; make a new one in the project's Security, API tokens",
    "forbidden": _READ_ONLY,
    "token_readonly": _READ_ONLY,
    "maintenance": "the provider works on it; try again later",
    "resource_limit_exceeded": "the project's quota is used up; the console's Limits raises it, or delete what is not needed",
    "resource_unavailable": _SOLD_OUT,
    "placement_error": _SOLD_OUT,
    "rate_limit_exceeded": "this project's 3600 requests an hour are used up, by whomever; one comes back each second",
    "locked": "something else is being done to it; try again when that has ended",
    "protected": "its protection is on; 'destroy' takes it off, or the console does",
    "unavailable": "the API is not available; try again, status.hetzner.com says more",
    "server_error": "the API failed; try again, status.hetzner.com says more",
    "uniqueness_error": "the name is taken in this project",
}
# Those that pass by themselves, and that the vendor's client does not try again.
PASSING = frozenset(("unavailable", "locked", "server_error", "service_error", "bad_gateway", "timeout"))
READ_ONLY = frozenset(("forbidden", "token_readonly"))
SOLD_OUT = frozenset(("resource_unavailable", "placement_error"))


class CloudFailure(Failure):
    """The API refused or failed. ``code`` is its own word."""

    def __init__(self, code: str, message: str, correlation: str | None = None, fields: tuple[str, ...] = ()) -> None:
        self.code = code
        where = f", correlation id {clean(correlation, 80)}" if correlation else ""
        advice = f"; {_ADVICE[code]}" if code in _ADVICE else ""
        wrong = f" ({'; '.join(clean(field, 120) for field in fields)})" if fields else ""
        super().__init__(f"Hetzner's API: {clean(message)}{wrong} ({clean(code, 60)}{where}){advice}")


class Unreachable(CloudFailure):
    """No answer came. Whether the request was carried out is not known."""

    def __init__(self, why: str) -> None:
        super().__init__("unreachable", f"no answer: {clean(why, 160)}")
