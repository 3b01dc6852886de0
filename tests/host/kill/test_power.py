"""Power cuts in each resource of a first boot, at its first, middle or last change. Each boot continues, and the host converges."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import aftermath
import canaries
import pytest
import strikes
from aftermath import PROFILE, SECRETS
from cuts import assert_ended_well
from lab import first_boot
from lab.host import Host
from lab.wait import wait_until
from lab.world import World
from strikes import Change, Place, PowerCuts, Recorded

CUTS = 60  # many more cuts than resources


def chain(host: Host, power: PowerCuts, places: Collection[Place]) -> list[Change]:
    """Cuts power and boots, until a run completes. Returns where power was cut, in order."""
    hits: list[Change] = []
    power.begin(places, "--first-boot", "--profile", PROFILE, "--secrets", SECRETS)
    for _ in range(CUTS):
        wait_until(lambda: power.is_over, aftermath.SECONDS, "the run to end")
        now = strikes.struck(power.take_trace())
        if not now:
            return hits
        print("power went at", *now, flush=True)
        hits += now
        host.cut_power()
        host.boot()
        host.wait_up()
        power.go_on(set(places) - {hit.place for hit in hits})
    raise AssertionError(f"power went {CUTS} times, and it does not get through")


def that_can_be_mended(trace: list[Change]) -> list[Change]:
    """Without the changes of a join until tailscaled's state is on the disk: a power cut then wastes the one-off key."""
    login = [change for change in trace if change.resource == "tailscale/login"]
    up = next(at for at, change in enumerate(login) if change.call == "exec" and "tailscale up" in change.detail)
    synced = next(at for at, change in enumerate(login) if at > up and change.call == "exec" and change.detail.startswith("sync"))
    return [change for change in trace if change not in login[up + 1:synced + 1]]


@pytest.mark.parametrize("fraction", [0, 0.5, 1], ids=["first", "middle", "last"])
def test_power_goes_in_every_resource_and_it_gets_through(world: World, agent: Path, striker: Path, recorded: Recorded,
                                                          new_host: Callable[..., Host], fraction: float) -> None:
    points = strikes.points(that_can_be_mended(recorded.trace), fraction)
    host = new_host("bookworm", image=True)
    secrets = aftermath.bring_agent(world, agent, host)
    power = PowerCuts(host, striker)
    hits = chain(host, power, [point.place for point in points])
    print(f"power went at {len(hits)} of {len(points)} points")
    power.spare()
    ended = first_boot.wait_for_agent(host)
    assert ended.code == 0, ended.out
    assert_ended_well(host, canaries.values(secrets))
    assert len(hits) > len(points) / 2
