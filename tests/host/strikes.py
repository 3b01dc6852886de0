"""Runs of the agent that are struck at a chosen change: see striker.cpp. The agent is unchanged and runs in its own unit."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.command import run
from lab.first_boot import AGENT
from lab.host import Host

_SOURCE = Path(__file__).with_name("striker.cpp")
_INSIDE = "/usr/lib/lab-striker"
_DROP_IN = "/usr/lib/systemd/system/{}.d/striker.conf"  # in /etc the agent removes other drop-ins of its units
_RUN, _BOOT = "bootstrap-agent-run.service", "bootstrap-agent.service"

Place = tuple[str, int]


@dataclass(frozen=True)
class Change:
    """The ``n``-th change of a resource in one run, from 1."""

    resource: str
    n: int
    call: str
    detail: str

    @property
    def place(self) -> Place:
        """What is equal for the same change in another run."""
        return self.resource, self.n

    def __str__(self) -> str:
        return f"{self.resource} #{self.n} ({self.call} {self.detail})"


@dataclass(frozen=True)
class Recorded:
    """An undisturbed first boot: its changes in order, and what it left on the disk."""

    trace: list[Change] = field(repr=False)
    names: set[str] = field(repr=False)


def build(directory: Path) -> Path:
    """The striker program. It is static, because the hosts do not have this machine's libraries."""
    striker = directory / "striker"
    run(["g++", "-std=c++20", "-O2", "-Wall", "-Wextra", "-Werror", "-static", "-o", striker, _SOURCE], seconds=120)
    return striker


class Strikes:
    """For one host: from now on its runs are watched, and struck where ``aim`` says. The host must be powered off, or up."""

    def __init__(self, host: Host, striker: Path, orders: str = _INSIDE) -> None:
        self._host = host
        self._orders = orders  # the directory of targets and trace
        self._dropped_in: list[str] = []
        host.write(f"{_INSIDE}/targets", "")
        shutil.copy(striker, f"{host.root}{_INSIDE}/striker")
        self._watch(_RUN, "--worker")

    def aim(self, places: Iterable[Place] | Mapping[Place, int], action: str = "kill") -> None:
        """Where the next runs are killed, or get another ``action``; or the errno with which the calls there must fail."""
        errors = places if isinstance(places, Mapping) else {}
        lines = [f"{resource} {n} {errors.get((resource, n), action)}\n" for resource, n in places]
        self._host.write(f"{self._orders}/targets", "".join(lines))

    def spare(self) -> None:
        """The next runs are not struck or watched."""
        for path in self._dropped_in:
            (self._host.root / path[1:]).unlink()
        self._host.run(["systemctl", "daemon-reload"]).check()

    def argv(self, *arguments: str) -> list[str]:
        """The command that watches a call of the agent itself; what it does before the worker begins belongs to ``run``."""
        return [f"{_INSIDE}/striker", f"{self._orders}/targets", f"{self._orders}/trace", "--", AGENT, *arguments]

    def _watch(self, unit: str, command: str, more: str = "") -> None:
        path = _DROP_IN.format(unit)
        self._host.write(path, f"{more}[Service]\nExecStart=\nExecStart={' '.join(self.argv(command))}\n")
        self._dropped_in.append(path)
        if self._host.running:
            self._host.run(["systemctl", "daemon-reload"]).check()

    def take_trace(self) -> list[Change]:
        """All changes since the last call of this, including those that were struck (``call`` is struck)."""
        file = self._host.root / f"{self._orders[1:]}/trace"
        if not file.exists():
            return []
        lines = [line.split("\t") for line in file.read_text(errors="replace").splitlines()]
        file.write_text("")
        return [Change(resource, int(n), call, detail) for resource, n, call, detail in lines if n != "-"]


class PowerCuts(Strikes):
    """For one host on an image, which is up: power is cut where ``aim`` says. The agent that a boot starts waits for ``go_on``."""

    def __init__(self, host: Host, striker: Path) -> None:
        super().__init__(host, striker, "/run/lab-striker")  # nothing on the disk can be read or written after the cut
        self._watch(_BOOT, "--boot", f"[Unit]\nConditionPathExists={self._orders}/targets\n")
        host.run(["sync"]).check()

    def begin(self, places: Iterable[Place], *arguments: str) -> None:
        """Starts the first run of the agent."""
        self.aim(places, "power")
        self._host.run(["systemd-run", "--quiet", AGENT, *arguments]).check()

    def go_on(self, places: Iterable[Place]) -> None:
        """After a boot: lets its agent start."""
        self.aim(places, "power")
        self._host.run(["systemctl", "start", "--no-block", _BOOT]).check()

    @property
    def is_over(self) -> bool:
        """Whether the expected run has begun and ended, or power is cut."""
        file = self._host.root / f"{self._orders[1:]}/trace"
        if not file.exists():
            return False
        if "run\t-\tcut\t" in file.read_text(errors="replace"):
            return True
        shown = self._host.run(["systemctl", "show", "--property=ActiveState", _RUN, _BOOT]).out.split()
        return all(state in ("ActiveState=inactive", "ActiveState=failed") for state in shown)


def struck(trace: Collection[Change]) -> set[Change]:
    """The changes of a trace that were struck."""
    places = {change.place for change in trace if change.call == "struck"}
    return {change for change in trace if change.call != "struck" and change.place in places}


def points(trace: Iterable[Change], fraction: float, without: Collection[str] = ("sync",)) -> list[Change]:
    """One change of each resource: the first for 0, the last for 1. A resource begins to change something when it first says so in
    the log; one that never does only looks, and all that it does counts. Not counted are such lines themselves (but what programs
    say is), and the calls ``without``: sync makes durable and changes nothing.
    """
    by_resource: dict[str, list[Change]] = {}
    for change in trace:
        by_resource.setdefault(change.resource, []).append(change)
    chosen = []
    for changes in by_resource.values():
        begin = next((i for i, change in enumerate(changes) if change.call == "log"), 0)
        after = [*changes[1:], changes[-1]]
        counted = [change for change, then in zip(changes[begin:], after[begin:])
                   if change.call not in without and not (change.call == "log" and then.call != "log")]
        if counted:
            chosen.append(counted[round(fraction * (len(counted) - 1))])
    return chosen


def names(directory: Path) -> set[str]:
    """Every path beneath a directory."""
    found = subprocess.run(["find", ".", "-mindepth", "1"], cwd=directory, capture_output=True, text=True, check=True)
    return set(found.stdout.splitlines())
