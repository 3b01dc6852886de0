# SPDX-License-Identifier: Apache-2.0
"""The secrets that there are: what each is for, where it is made, and what it looks like. One row each.

Shapes: Hetzner's is 64 alphanumerics in the vendor's API description; the others as the agent's profile/secret_values.cpp has them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_OPAQUE = re.compile(r"[!-~]{1,4096}")
_COPY = "holds a space or a character that no token has, or is too long; copy it again, alone and on one line"


def _opaque(text: str) -> str | None:
    return None if _OPAQUE.fullmatch(text) else _COPY


def _hetzner(text: str) -> str | None:
    if re.fullmatch(r"[A-Za-z0-9]{64}", text):
        return None
    return (
        _opaque(text)
        or "is no Hetzner API token; it has 64 letters and digits, and yours is another number or has other characters"
    )


def _tailscale_key(text: str) -> str | None:
    if text.startswith("tskey-") and not text.startswith(("tskey-auth-", "tskey-client-")):
        return "is a Tailscale key of another kind; make an auth key: one-off, pre-approved, tagged, not ephemeral"
    return _opaque(text)


def _tailscale_client(text: str) -> str | None:
    if not text.startswith("tskey-client-"):
        return "is no secret of a Tailscale OAuth client; it begins with tskey-client-"
    return _opaque(text)


def _anthropic(text: str) -> str | None:
    if not text.startswith("sk-ant-"):
        return "is no token of Anthropic's; it begins with sk-ant-: 'claude setup-token' prints it"
    return _opaque(text)


def _gateway(text: str) -> str | None:
    if not re.fullmatch(r"[A-Za-z0-9._~-]{16,4096}", text):
        return "is no gateway token; use at least 16 of A-Z, a-z, 0-9 and . _ ~ -, or leave it out: the server makes one"
    return None


def _webhook(text: str) -> str | None:
    return None if text.startswith("https://") and _OPAQUE.fullmatch(text) else "is no https:// URL"


@dataclass(frozen=True)
class Row:
    """``problem`` says what is wrong with a value, without showing it; None when nothing is. ``to_server``: the agent takes it."""

    key: str
    what: str
    made_at: str
    problem: Callable[[str], str | None]
    needed: bool = False
    to_server: bool = False


TABLE = {
    row.key: row
    for row in (
        Row("hetzner_token", "Hetzner API token, read and write",
            "https://console.hetzner.com: the project, Security, API tokens", _hetzner, needed=True),
        Row("tailscale_auth_key", "Tailscale auth key: one-off, pre-approved, tagged, not ephemeral",
            "https://login.tailscale.com/admin/settings/keys", _tailscale_key, needed=True, to_server=True),
        Row("tailscale_oauth_secret", "Tailscale OAuth client's secret, by which 'destroy' removes the device",
            "https://login.tailscale.com/admin/settings/oauth, scope devices:core", _tailscale_client),
        Row("anthropic_token", "Claude token",
            "'claude setup-token' on this laptop prints it", _anthropic, needed=True, to_server=True),
        Row("gateway_token", "gateway token of your own", "left out, the server makes one", _gateway, to_server=True),
        Row("webhook_url", "webhook that hears of failed runs", "your chat's settings", _webhook, to_server=True),
    )
}  # fmt: skip


def problem(key: str, value: str) -> str | None:
    """What is wrong with a secret's value, with its key before it; never the value."""
    found = TABLE[key].problem(value)
    return f"{key}: {found}" if found else None
