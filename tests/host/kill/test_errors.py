"""System calls that fail: the run reports it, and the next run converges."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import aftermath
import canaries
import strikes
from aftermath import PROFILE, SECRETS
from agent_calls import GOOD, Report, call
from lab.host import Host
from lab.world import World
from strikes import Change, Place, Recorded, Strikes

ERRORS = (errno.EIO, errno.ENOSPC, errno.EROFS, errno.EINTR, errno.ENOMEM)
RUNS = 80


def faults(trace: list[Change]) -> dict[Place, int]:
    """The calls that fail: of every resource, from the first to the last change, each with another error than the call before."""
    chosen: dict[Place, int] = {}
    for step in range(len(ERRORS)):
        points = strikes.points(trace, step / (len(ERRORS) - 1), without=("log", "exec"))
        for number, point in enumerate(points):
            if point.resource != "run":
                chosen.setdefault(point.place, ERRORS[(number + step) % len(ERRORS)])
    return chosen


def judge(ended: Report, hits: set[Change], errors: dict[Place, int]) -> list[str]:
    """One line per fault with the outcome of the resource. Fails when a fault is neither reported nor handled."""
    lines, silent = [], []
    for name in {hit.resource for hit in hits}:
        own = [hit for hit in hits if hit.resource == name]  # it may have handled some of them
        line = ", ".join(f"{hit} {errno.errorcode[errors[hit.place]]}" for hit in own) + f" => {ended.why(name)}"
        lines.append(line)
        said = any(os.strerror(errors[hit.place]) in ended.why(name) for hit in own)
        if not said and ended.resource(name)["outcome"] not in GOOD:
            silent.append(line)
    assert silent == [], "\n".join(silent)
    return lines


def test_every_resource_survives_errors_of_the_kernel(world: World, agent: Path, striker: Path, recorded: Recorded, new_host: Callable[[str], Host],
                                                      tmp_path: Path) -> None:
    host = new_host("bookworm")
    secrets = aftermath.bring_agent(world, agent, host)
    strike = Strikes(host, striker)
    left = errors = faults(recorded.trace)
    arguments: tuple[str, ...] = ("--first-boot", "--profile", PROFILE, "--secrets", SECRETS)
    told: list[str] = []
    for _ in range(RUNS):
        strike.aim(left)
        ended = call(host, *arguments)
        arguments = ("--reconcile",)
        hits = strikes.struck(strike.take_trace())
        told += judge(ended, hits, errors)
        left = {place: error for place, error in left.items() if place not in {hit.place for hit in hits}}
        if not hits or not left:
            break
    strike.spare()
    print(f"{len(errors) - len(left)} of {len(errors)} faults:", *told, sep="\n  ")
    # The recorded boot had its agent and profile from user-data.
    names = {name for name in recorded.names if not name.startswith("root/bootstrap-agent")} | {PROFILE[1:]}
    aftermath.assert_converges(host, canaries.values(secrets), tmp_path, names)
    assert len(errors) - len(left) >= 60
