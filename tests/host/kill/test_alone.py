"""A first boot that is killed once, at each of many points, each time on a new host: one more run converges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import aftermath
import canaries
import pytest
import strikes
from lab.host import Host
from lab.wait import wait_until
from lab.world import World
from strikes import Recorded, Strikes

RESOURCES = (
    "run", "resolver", "packages/iptables", "packages", "user", "user/linger", "user/sudoers", "sshd", "tailscale/package",
    "tailscale/service", "tailscale/login", "ufw/revert", "ufw", "metadata", "node", "node/nvm-shim", "openclaw/builder", "openclaw/package",
    "openclaw/command", "openclaw/env", "openclaw/config", "openclaw/unit", "openclaw/gateway", "openclaw/cli", "tailscale/serve", "seal",
)  # openclaw/update and user/password change nothing in a first boot


@pytest.mark.parametrize("fraction", [0, 0.5, 1], ids=["first", "middle", "last"])
@pytest.mark.parametrize("resource", RESOURCES)
def test_killed_once_the_next_run_converges(world: World, agent: Path, striker: Path, recorded: Recorded, new_host: Callable[[str], Host],
                                            tmp_path: Path, resource: str, fraction: float) -> None:
    point = next(point for point in strikes.points(recorded.trace, fraction) if point.resource == resource)
    host = new_host("bookworm")
    host.user_data = world.user_data(agent, world.secrets())
    strike = Strikes(host, striker)
    strike.aim([point.place])
    host.boot()
    host.wait_up()
    wait_until(lambda: "status: running" not in host.run(["cloud-init", "status"]).out, aftermath.SECONDS, "the first run to end")
    hit = strikes.struck(strike.take_trace())
    strike.spare()
    print("killed at", *hit)
    assert len(hit) == 1
    aftermath.assert_converges(host, canaries.given(host), tmp_path, recorded.names)
