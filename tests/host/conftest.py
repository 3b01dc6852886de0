"""Fixtures of the tests that boot hosts: run them as root with scripts/test host.

    world       the lab, up for the whole session
    suite       each base in turn; a test that asks for it, or for what depends on it, runs once per base
    new_host    makes hosts that end with the test
    agent       the agent's static binary
    striker     the program that kills it: see strikes.py
    watched     what was seen of the processes of ``converged`` from power-on until the end of its first boot's run
    converged   a host of ``suite`` after a verified first boot; shared: leave it as you found it
    lean        a host after a good first boot, for tests that are not about OpenClaw: a few lines of JavaScript replace it; shared
"""

from __future__ import annotations

import platform
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))

import canaries  # noqa: E402
import pins  # noqa: E402
import strikes  # noqa: E402
from lab import first_boot, require  # noqa: E402
from lab.host import Host  # noqa: E402
from lab.world import World  # noqa: E402
from sampler import Sampler  # noqa: E402

SUITES = ("noble", "trixie")


def pytest_sessionstart(session: pytest.Session) -> None:
    """A terminated session removes its lab, like an interrupted one."""

    def leave(number: int, _frame: object) -> None:
        raise KeyboardInterrupt(f"signal {number}")

    # When execnet is busy with another request of xdist, it runs a worker's session in a thread that may not set handlers.
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGHUP, leave)


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks in its own
def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Parallel workers (pytest-xdist, --dist=loadgroup) share no host: all tests of one host run in one worker."""
    for item in items:
        group = item.path.stem
        for shared in ("watched", "lean"):  # the first also of all who ask for ``converged``
            if shared in item.fixturenames:
                group = f"{shared}-{item.callspec.params['suite']}"
        if "recorded" in item.fixturenames:  # one host for each test of those that kill
            group = item.nodeid
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Adds to a failure the hosts' journals since their last boot, before the hosts are removed."""
    outcome = yield
    report = outcome.get_result()
    world = getattr(item, "funcargs", {}).get("world")
    if report.when != "call" or not report.failed or world is None:
        return
    for host in world.hosts:
        if host.running:
            said = host.run(["journalctl", "--boot", "--lines=400", "--no-pager", "--output=short-precise"])
            report.sections.append((f"journal of {host.name}", said.out or said.err))


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """The lab that the tests of a session share."""
    if problems := require.lacks():
        pytest.skip(f"this machine cannot boot hosts: {'; '.join(problems)}")
    require.install()
    with World() as world:
        yield world


@pytest.fixture(scope="session", params=SUITES)
def suite(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def new_host(world: World) -> Iterator[Callable[..., Host]]:
    """Makes a host of a suite, powered off, on an ext4 ``image`` if wanted; all of them are removed when the test ends."""
    hosts: list[Host] = []

    def make(suite: str, *, image: bool = False) -> Host:
        hosts.append(world.host(suite, image=image))
        return hosts[-1]

    yield make
    for host in hosts:
        host.remove()


@pytest.fixture(scope="session")
def agent() -> Path:
    return first_boot.build_agent()


@pytest.fixture(scope="session")
def striker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if platform.machine() != "x86_64":
        pytest.skip("striker.cpp makes system calls fail on x86-64 only")
    return strikes.build(tmp_path_factory.mktemp("striker"))


@pytest.fixture(scope="session")
def watched(world: World, suite: str, agent: Path) -> Iterator[Sampler]:
    host = world.host(suite, hostname=f"openclaw-{suite}")
    host.user_data = world.user_data(agent, world.secrets(), f"tailscale:\n  hostname: openclaw-{suite}\n")
    with Sampler(host, canaries.given(host)) as sampler:
        host.boot()
        host.wait_up()
        first_boot.wait_for_agent(host)
    host.run([first_boot.AGENT, "--verify"], timeout=300).check()
    yield sampler
    host.remove()


@pytest.fixture(scope="session")
def converged(watched: Sampler) -> Host:
    return watched.host


@pytest.fixture(scope="session")
def lean(world: World, suite: str, agent: Path) -> Iterator[Host]:
    host = world.host(suite)
    host.user_data = world.user_data(agent, world.secrets(), f"tailscale:\n  hostname: lean-{suite}\n", openclaw=pins.stand_in(world))
    host.boot()
    host.wait_up()
    ended = first_boot.wait_for_agent(host)
    assert ended.code == 0, ended.out
    host.wait_booted()
    yield host
    host.remove()
