"""Fixtures of the tests that kill the agent on real hosts: run them as root with scripts/test kill."""

from __future__ import annotations

from pathlib import Path

import aftermath
import pytest
from lab import first_boot
from lab.first_boot import AGENT
from lab.world import World
from strikes import Recorded, Strikes


@pytest.fixture(scope="session")
def recorded(world: World, agent: Path, striker: Path) -> Recorded:
    host = world.host("bookworm")
    watched = Strikes(host, striker)
    host.user_data = world.user_data(agent, world.secrets())
    host.boot()
    host.wait_up()
    assert first_boot.wait_for_agent(host).code == 0
    trace = watched.take_trace()
    watched.spare()
    host.run([AGENT, "--reconcile"], timeout=aftermath.SECONDS).check()
    recorded = Recorded(trace, aftermath.names(host))
    host.remove()
    return recorded
