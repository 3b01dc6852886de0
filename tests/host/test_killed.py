"""A first boot that is killed at every change before its worker begins, and then in several resources: it completes.

This is a sample; scripts/test kill covers all resources.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import aftermath
import canaries
import strikes
from aftermath import PROFILE, SECRETS
from lab.first_boot import AGENT
from lab.host import Host
from lab.wait import wait_until
from lab.world import World
from strikes import Change, Place, Strikes

UNIT = "bootstrap-agent-run.service"
KILLED = 137
# In the middle of: an account, the gateway's secrets, apt, the login with its key in a file, node's tree, npm, units, the seal.
SAMPLE: list[Place] = [("user", 3), ("openclaw/env", 7), ("packages", 60), ("tailscale/login", 12), ("node", 7000),
                       ("openclaw/package", 54), ("openclaw/unit", 20), ("seal", 10)]


def test_a_first_boot_that_is_killed_again_and_again(world: World, agent: Path, striker: Path, new_host: Callable[[str], Host],
                                                     tmp_path: Path) -> None:
    host = new_host("noble")
    secrets = aftermath.bring_agent(world, agent, host)
    strike = Strikes(host, striker)

    before_the_worker = 0
    for n in count(1):  # until it reaches the worker, which is then killed too
        strike.aim([("run", n), *SAMPLE])
        given = ["--first-boot", "--profile", PROFILE, "--secrets", SECRETS] if host.exists(SECRETS) else ["--reconcile"]
        if host.run(strike.argv(*given), timeout=aftermath.SECONDS).code != KILLED:
            break
        before_the_worker += 1
    # A worker continues when the process that started it was killed.
    wait_until(lambda: host.run(["systemctl", "show", "--property=ActiveState", UNIT]).out == "ActiveState=inactive\n",
               aftermath.SECONDS, "the worker to be killed")
    status = host.run([AGENT, "--status", "--wait", "--deadline", "60s"], timeout=90)  # no report yet, and no run to wait for
    assert (status.code, status.err) == (2, "bootstrap-agent: the run was stopped from outside before it finished; the next run converges\n")
    hits: list[Change] = []
    while now := [hit for hit in strikes.struck(strike.take_trace()) if hit.place in SAMPLE]:
        hits += now
        strike.aim(place for place in SAMPLE if place not in {hit.place for hit in hits})
        host.run([AGENT, "--reconcile"], timeout=aftermath.SECONDS)
    strike.spare()
    print(f"killed {before_the_worker} times before the worker began, then", *hits, sep="\n  ")
    aftermath.assert_converges(host, canaries.values(secrets), tmp_path)
    assert before_the_worker >= 20 and len(hits) >= len(SAMPLE) - 2
