# SPDX-License-Identifier: Apache-2.0
"""Names, ids and labels: how what exists in the cloud is known again, since there is no state file.

Labels: the API's description of `labels`. A value has at most 63 characters of A-Z a-z 0-9 . _ - and is alphanumeric at both ends;
a key has an optional prefix and '/'; the prefix `hetzner.cloud/` is the vendor's. A SHA-256 has 64 digits and is cut.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime

LONGEST_LABEL = 63
PREFIX = "openclaw-server/"
ID = PREFIX + "id"  # of the deployment: random, also in deployment.yaml
BY = PREFIX + "by"  # the short name of who made it
MADE = PREFIX + "made"  # when, in UTC: 20261201T113418Z
AGENT = PREFIX + "agent"  # the beginning of the SHA-256 of the agent's binary that user-data fetches
PROFILE = PREFIX + "profile"  # the beginning of the SHA-256 of profile.yaml; user-data itself holds a secret
HANDED = PREFIX + "handed"  # when the secrets that user-data did not bring were handed over
DIGITS = 32  # of a SHA-256 in a label

_LABEL_PART = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_BY = re.compile(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?")
_ID = re.compile(r"[0-9a-f]{16}")


def name_problem(text: str) -> str | None:
    """What is wrong with a deployment's name: it is also the server's, the firewall's and the node's (RFC 1123). None when nothing is."""
    if "." in text:
        return "has a dot; write one label, the tailnet adds its domain"
    if text != text.lower():
        return "has upper-case letters; write it in lower case"
    if not _HOST.fullmatch(text):
        return "is not a host name; use 1 to 63 of a-z, 0-9 and '-', with no '-' at either end"
    return None


def by_problem(text: str) -> str | None:
    """What is wrong with the short name of a person, which stands in labels that the whole project sees."""
    return None if _BY.fullmatch(text) else "is no short name; use 1 to 20 of a-z, 0-9 and '-', with no '-' at either end"


def id_problem(text: str) -> str | None:
    """What is wrong with a deployment's id."""
    return None if _ID.fullmatch(text) else "is no id of a deployment; 'init' makes it: 16 of 0-9 and a-f"


def new_id() -> str:
    """A random id: 64 bits, so that two deployments never have the same."""
    return secrets.token_hex(8)


def digest(content: bytes) -> str:
    """What stands in a label for some content."""
    return hashlib.sha256(content).hexdigest()[:DIGITS]


def stamp(when: datetime) -> str:
    """A moment as a label has it; a colon may not stand there."""
    return when.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def moment(text: str) -> datetime | None:
    """The moment of a label; None when it holds none."""
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def label_problems(labels: dict[str, str]) -> list[str]:
    """What the API would refuse, a line each."""
    found = []
    for key, value in labels.items():
        prefix, slash, name = key.rpartition("/")
        if not _LABEL_PART.fullmatch(name) or (slash and not _is_prefix(prefix)):
            found.append(f"label {key!r}: is no key; write [prefix/]name, the name of at most 63 of A-Z a-z 0-9 . _ -")
        if prefix == "hetzner.cloud":
            found.append(f"label {key!r}: the prefix is the vendor's own; use another")
        if value and not _LABEL_PART.fullmatch(value):
            found.append(f"label {key!r}: its value is none; use at most 63 of A-Z a-z 0-9 . _ -, alphanumeric at both ends")
    return found


def _is_prefix(text: str) -> bool:
    return len(text) <= 253 and all(_HOST.fullmatch(part) for part in text.split("."))
