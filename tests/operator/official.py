# SPDX-License-Identifier: Apache-2.0
"""The vendor's own client for Python, as it is. Its results are Any: nearly everything in them may be None for a type checker."""

from __future__ import annotations

from typing import Any

import pytest
from hcloud import APIException
from hcloud.images import Image
from hcloud.server_types import ServerType

CAX21 = ServerType(name="cax21")
UBUNTU = Image(name="ubuntu-24.04")


def make(client: Any, name: str = "claw", **more: Any) -> Any:
    """A running server."""
    made = client.servers.create(name, more.pop("server_type", CAX21), more.pop("image", UBUNTU), **more)
    for action in (made.action, *made.next_actions):
        action.wait_until_finished()
    return client.servers.get_by_id(made.server.id)


def refused(client: Any, **more: Any) -> APIException:
    with pytest.raises(APIException) as error:
        make(client, **more)
    return error.value
