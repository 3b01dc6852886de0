"""A first boot that is killed repeatedly, in each of its resources, until it completes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import aftermath
import canaries
import pytest
import strikes
from lab.first_boot import AGENT
from lab.host import Host
from lab.wait import wait_until
from lab.world import World
from strikes import Change, Place, Recorded, Strikes

RUNS = 60  # many more runs than resources


def chain(host: Host, striker: Path, places: Collection[Place]) -> list[Change]:
    """Runs the agent until a run is not killed; cloud-init starts the first run. Returns where it was killed, in order."""
    strike = Strikes(host, striker)
    strike.aim(places)
    host.boot()
    host.wait_up()
    wait_until(lambda: "status: running" not in host.run(["cloud-init", "status"]).out, aftermath.SECONDS, "the first run to end")
    hits: list[Change] = []
    for _ in range(RUNS):
        now = strikes.struck(strike.take_trace())
        hits += now
        left = set(places) - {hit.place for hit in hits}
        if not now or not left:
            strike.spare()
            return hits
        strike.aim(left)
        done = host.run([AGENT, "--reconcile"], timeout=aftermath.SECONDS)
        said = done.out + done.err
        assert done.code == 0 or "the run was stopped from outside before it finished; the next run converges" in said, said
    raise AssertionError(f"{RUNS} runs, and it is still killed")


@pytest.mark.parametrize("fraction", [0, 0.25, 0.5, 0.75, 1])
def test_killed_in_every_resource_it_gets_through(world: World, agent: Path, striker: Path, recorded: Recorded, new_host: Callable[[str], Host],
                                                  tmp_path: Path, fraction: float) -> None:
    points = strikes.points(recorded.trace, fraction)
    host = new_host("bookworm")
    host.user_data = world.user_data(agent, world.secrets())
    hits = chain(host, striker, [point.place for point in points])
    print(f"killed {len(hits)} of {len(points)}:", *hits, sep="\n  ")
    aftermath.assert_converges(host, canaries.given(host), tmp_path, recorded.names)
    assert len(hits) > len(points) / 2
