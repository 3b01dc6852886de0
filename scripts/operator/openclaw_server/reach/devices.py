# SPDX-License-Identifier: Apache-2.0
"""Removes a device from the tailnet by Tailscale's API (tailscale.com/api): an OAuth client with scope devices:core, whose tokens last an hour."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request

from openclaw_server.base.errors import Failure
from openclaw_server.base.text import clean
from openclaw_server.reach.tailnet import Node
from openclaw_server.secrets.secret import Secret

API = "https://api.tailscale.com/api/v2"
SECONDS = 30.0
_LARGEST = 64 << 10  # bytes of an answer


def remove(node: Node, client_secret: Secret) -> None:
    """Removes the device. Gone already is as good. Failure when the API refuses."""
    # The client's id is a part of its secret: tskey-client-ID-…
    client_id = client_secret.reveal().split("-")[2]
    form = urllib.parse.urlencode({"client_id": client_id, "client_secret": client_secret.reveal()}).encode()
    try:
        token = Secret(json.loads(_ask("POST", "/oauth/token", form, None))["access_token"])
    except (ValueError, KeyError, TypeError):
        raise Failure("Tailscale's API: gave no token for the OAuth client") from None
    _ask("DELETE", f"/device/{urllib.parse.quote(node.id, safe='')}", None, token)


def _ask(method: str, path: str, form: bytes | None, token: Secret | None) -> bytes:
    headers = {"Authorization": f"Bearer {token.reveal()}"} if token else {}
    request = urllib.request.Request(API + path, form, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            content: bytes = answer.read(_LARGEST)
            return content
    except urllib.error.HTTPError as error:
        if error.code == 404 and method == "DELETE":
            return b""
        hint = {401: "; the client's secret is not known there", 403: "; the client lacks the scope devices:core"}.get(
            error.code, ""
        )
        raise Failure(f"Tailscale's API: {method} {path.split('/')[1]}: {error.code}{hint}") from None
    except OSError as error:
        raise Failure(f"Tailscale's API: cannot be reached: {clean(getattr(error, 'reason', error))}") from None
