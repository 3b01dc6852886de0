# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterator

import pytest
from cloud import Cloud
from hcloud import Client


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud() as double:
        yield double


@pytest.fixture
def client(cloud: Cloud) -> Client:
    """The official client, as it is."""
    return Client(cloud.token, api_endpoint=cloud.endpoint, poll_interval=0.02, timeout=10)
