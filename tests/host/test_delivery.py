"""User-data with only the Tailscale key. The other secrets, and later new ones, come over Tailscale SSH from the operator's laptop.

The tests of this file take one server, step by step. No process may show a secret in any of these runs.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import canaries
import pytest
from agent_calls import SECONDS, Report, call, verify
from lab import first_boot, net
from lab.completed import Completed
from lab.host import Host
from lab.wait import wait_until
from lab.world import World
from sampler import Sampler

pytestmark = pytest.mark.parametrize("suite", ["noble"], indirect=True)

NAME = "delivered"
FIRST, SECOND = (f"sk-ant-oat01-{secrets.token_urlsafe(64)}" for _ in range(2))


@pytest.fixture(scope="module")
def server(world: World, suite: str, agent: Path) -> Iterator[Sampler]:
    """Watches from power-on until the end of the tests."""
    host = world.host(suite)
    key = world.auth_key(tags="tag:server")
    host.user_data = world.user_data(agent, f"tailscale_auth_key: {key}\n", f"tailscale:\n  hostname: {NAME}\n")
    with Sampler(host, [key, FIRST, SECOND]) as sampler:
        host.boot()
        host.wait_up()
        ended = first_boot.wait_for_agent(host)
        assert ended.code == 0, ended.out
        host.wait_booted()
        yield sampler
    host.remove()


@pytest.fixture
def host(server: Sampler) -> Iterator[Host]:
    yield server.host
    assert server.hits() == []


def deliver(world: World, token: str) -> Completed:
    """What README tells the operator to do, as root over Tailscale SSH."""
    wait_until(lambda: f"{NAME}.lab.ts.net" in world.operator.peers(), 60, "the operator to see the host")
    command = ["bootstrap-agent", "--reconcile", "--secrets", "-"]
    return world.operator.ssh(f"root@{NAME}", command, input=f"anthropic_token: {token}\n", timeout=SECONDS)


def assert_delivered(world: World, host: Host, token: str, scratch: Path) -> Report:
    """Checks that the gateway is ready with ``token``, and that the token is nowhere else; returns the run's report."""
    assert verify(host).bad == {}
    assert world.operator.http_status(f"https://{NAME}.lab.ts.net/readyz") == 200
    assert f"ANTHROPIC_OAUTH_TOKEN={token}\n" in host.read(canaries.ENV)
    assert canaries.copies(host, [token], scratch) == [canaries.ENV]
    kept = host.run(["curl", "--silent", "--fail", f"http://{net.METADATA_V4}/hetzner/v1/userdata"]).check().out
    assert kept.encode() == host.user_data and token not in kept
    return call(host, "--status")


def touched(report: Report) -> list[str]:
    return [resource["name"] for resource in report.report["resources"] if resource["outcome"] == "converged"]


def test_the_key_is_enough_for_a_first_boot(world: World, host: Host, tmp_path: Path) -> None:
    ended = call(host, "--status")
    assert (ended.code, ended.bad) == (0, {})
    assert any("no Claude token yet" in note and "--reconcile --secrets -" in note for note in ended.resource("openclaw/env")["notes"])
    assert verify(host).bad == {}
    assert world.operator.http_status(f"https://{NAME}.lab.ts.net/readyz") == 200
    assert "ANTHROPIC" not in host.read(canaries.ENV)
    [key] = canaries.given(host)
    assert key.startswith("tskey-auth-") and canaries.copies(host, [key], tmp_path) == []


def test_the_claude_token_comes_over_the_tailnet(world: World, host: Host, tmp_path: Path) -> None:
    [made] = canaries.made(host)
    done = deliver(world, FIRST)
    assert done.code == 0, done
    assert FIRST not in done.out + done.err
    ended = assert_delivered(world, host, FIRST, tmp_path)
    assert (ended.code, ended.bad, ended.resource("openclaw/env")["notes"]) == (0, {}, [])
    assert {"openclaw/env", "openclaw/gateway"} <= set(touched(ended)) and "tailscale/login" not in touched(ended)
    assert canaries.made(host) == [made]


def test_a_new_claude_token_takes_over_and_the_old_one_is_nowhere(world: World, host: Host, tmp_path: Path) -> None:
    deliver(world, FIRST).check()
    done = deliver(world, SECOND)
    assert done.code == 0, done
    ended = assert_delivered(world, host, SECOND, tmp_path)
    assert (ended.code, ended.bad) == (0, {})
    assert canaries.copies(host, [FIRST], tmp_path) == []
