# SPDX-License-Identifier: Apache-2.0
"""From nothing to the first chat and back, by the tool alone, in a cloud in a box: run it as root with scripts/test life.

    box       the cloud, the tailnet and the laptop, for the session
    person    who types the commands, and remembers all that they answered
    watched   what was seen of secrets in any process of this machine meanwhile
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))

from box.box import Box  # noqa: E402
from lab import first_boot, require  # noqa: E402
from person import Person  # noqa: E402
from watch import Watch  # noqa: E402


def pytest_sessionstart() -> None:
    """A terminated session removes its lab, and Ctrl-C reaches programs also when this was started in the background of a script."""

    def leave(number: int, _frame: object) -> None:
        raise KeyboardInterrupt(f"signal {number}")

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    signal.signal(signal.SIGINT, signal.default_int_handler)


_failed: dict[str, str] = {}  # by file: the step that failed


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remembers the step that failed; what the servers' journals say is added, before they are destroyed."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    _failed.setdefault(item.path.name, item.name)
    box = getattr(item, "funcargs", {}).get("box")
    for host in box.machines.hosts.values() if box else ():
        if host.running:
            host.wait_up(20)
            said = host.run(["journalctl", "--lines=200", "--no-pager", "SYSLOG_IDENTIFIER=bootstrap-agent"])
            report.sections.append((f"journal of {host.name}", said.out or said.err))


@pytest.fixture(autouse=True)
def in_order(request: pytest.FixtureRequest) -> None:
    """Each test is a step on from the one before."""
    if step := _failed.get(request.path.name):
        pytest.skip(f"{step} failed, and this goes on from it")


@pytest.fixture(scope="session")
def box() -> Iterator[Box]:
    if problems := require.lacks():
        pytest.skip(f"this machine cannot boot hosts: {'; '.join(problems)}")
    require.install()
    with Box(first_boot.build_agent()) as box:
        yield box


@pytest.fixture(scope="session")
def person(box: Box) -> Person:
    return Person(box)


@pytest.fixture(scope="session", autouse=True)
def watched(person: Person) -> Iterator[Watch]:
    with Watch(person.secrets) as watch:
        yield watch
