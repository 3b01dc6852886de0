"""Calls the agent in a host, and reads its reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from lab.first_boot import AGENT
from lab.host import Host

SECONDS = 1200  # for a run to end on a busy machine

EVENTS = "/run/bootstrap-agent/events.jsonl"  # of the current run, or of the last one since boot

GOOD = ("in_sync", "converged")


@dataclass(frozen=True)
class Report:
    """The result of a call of the agent; ``said`` is all its output except the report."""

    code: int
    said: str
    report: dict = field(repr=False)

    def resource(self, name: str) -> dict:
        return next(resource for resource in self.report["resources"] if resource["name"] == name)

    @property
    def bad(self) -> dict[str, str]:
        """The resources that are not as desired, with outcome and reason."""
        return {resource["name"]: f"{resource['outcome']}: {resource.get('reason', '')}"
                for resource in self.report["resources"] if resource["outcome"] not in GOOD}

    def fields(self, name: str) -> dict[str, str]:
        """The drift of a resource: each field with the observed value."""
        return {drift["field"]: drift["observed"] for drift in self.resource(name)["drifts"]}

    def why(self, name: str) -> str:
        """The one line that says why a resource failed or is blocked."""
        resource = self.resource(name)
        return f"{resource['outcome']}: {resource.get('reason', '')}"


def call(host: Host, *arguments: str, input: str | None = None, user: str | None = None, sudo: Sequence[str] = ()) -> Report:
    """A command of the agent that prints a report; ``sudo`` is put before it."""
    done = host.run([*sudo, AGENT, *arguments, "--format", "json"], input=input, user=user, timeout=SECONDS)
    try:
        report = json.loads(done.out)
    except ValueError:
        raise AssertionError(f"{arguments}: exit {done.code}, and no report: {done.out}{done.err}") from None
    assert report["exit_code"] == done.code, done
    return Report(done.code, done.err, report)


def verify(host: Host) -> Report:
    return call(host, "--verify")


def reconcile(host: Host, *arguments: str, input: str | None = None) -> Report:
    return call(host, "--reconcile", *arguments, input=input)
