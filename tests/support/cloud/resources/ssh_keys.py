# SPDX-License-Identifier: Apache-2.0
"""SSH keys."""

from __future__ import annotations

import base64
import binascii
import hashlib
import itertools
from typing import TYPE_CHECKING, Any

from cloud.errors import invalid, not_found, taken
from cloud.query import Query, page
from cloud.resources.actions import now

if TYPE_CHECKING:
    from cloud.resources.project import Project

_ids = itertools.count(2_001)
Body = dict[str, Any]


class SshKeys:
    def __init__(self, project: Project) -> None:
        self._project = project
        self.all: list[Body] = []

    def listing(self, query: Query) -> Body:
        return page(self.all, query, "ssh_keys", ("fingerprint",))

    def find_any(self, wanted: object) -> Body:
        """By id or name."""
        for key in self.all:
            if wanted in (key["id"], key["name"], str(key["id"])):
                return key
        raise not_found(f"SSH key {wanted!r}")

    def get(self, id: int) -> Body:
        return {"ssh_key": self.find_any(id)}

    def create(self, given: Body) -> Body:
        parts = str(given.get("public_key", "")).split()
        try:
            raw = base64.b64decode(parts[1], validate=True)
        except (IndexError, binascii.Error, ValueError):
            raise invalid(public_key="is no SSH public key") from None
        if any(key["name"] == given["name"] for key in self.all):
            raise taken("SSH key name")
        fingerprint = hashlib.md5(raw, usedforsecurity=False).hexdigest()
        pairs = ":".join(fingerprint[at : at + 2] for at in range(0, 32, 2))
        if any(key["fingerprint"] == pairs for key in self.all):
            raise taken("SSH key")
        key = {"id": next(_ids), "name": given["name"], "fingerprint": pairs, "public_key": given["public_key"],
               "labels": self._project.labels(given), "created": now()}  # fmt: skip
        self.all.append(key)
        return {"ssh_key": key}

    def update(self, id: int, given: Body) -> Body:
        key = self.find_any(id)
        key["name"] = given.get("name", key["name"])
        if "labels" in given:
            key["labels"] = self._project.labels(given)
        return {"ssh_key": key}

    def delete(self, id: int) -> None:
        self.all.remove(self.find_any(id))
