"""A server from a snapshot of a converged one: user-data with a new key makes it a node of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import canaries
import pins
import pytest
from agent_calls import call, reconcile, verify
from lab import first_boot
from lab.first_boot import AGENT
from lab.host import Host
from lab.world import World

DATABASE = "/home/ubuntu/.openclaw/state/openclaw.sqlite"
OTHERS_STATE = "/var/lib/tailscale/tailscaled.state.of-another-server"
PAIRED = f"import sqlite3; print([row[0] for row in sqlite3.connect('{DATABASE}').execute('select device_id from device_pairing_paired')])"


def boot(world: World, agent: Path, host: Host, name: str, secrets: str) -> None:
    host.user_data = world.user_data(agent, secrets, f"tailscale:\n  hostname: {name}\n", openclaw=pins.stand_in(world))
    host.boot()
    host.wait_up()
    first_boot.wait_for_agent(host)
    assert host.run(["cloud-init", "status", "--wait"], timeout=300).code in (0, 2)


def identity(host: Host) -> tuple[str, str, str]:
    """What no other server may have: the tailnet's address, the gateway's token, the agent's word for the instance."""
    return (host.run(["tailscale", "ip", "-4"]).check().out, canaries.made(host)[0], host.read("/var/lib/bootstrap-agent/instance"))


@dataclass(frozen=True)
class Snapshot:
    original: Host
    identity: tuple[str, str, str]
    copies: tuple[Host, Host]


@pytest.fixture(scope="module")
def snapshot(world: World, agent: Path) -> Iterator[Snapshot]:
    """A server that is off, what was its own, and two servers from its disk."""
    host = world.host("noble", "first")
    boot(world, agent, host, "first", world.secrets())
    host.run(["python3", "-c", f"import sqlite3; db = sqlite3.connect('{DATABASE}'); "
              "db.execute(\"insert into device_pairing_paired values ('my laptop', '{}')\"); db.commit()"], user="ubuntu").check()
    own = identity(host)
    host.power_off()
    copies = world.copy(host, "second"), world.copy(host, "restored")
    yield Snapshot(host, own, copies)
    for each in (host, *copies):
        each.remove()


def test_without_a_new_key_nothing_is_guessed(snapshot: Snapshot) -> None:
    """The same disk in a server of another instance id, without user-data: a restore."""
    restored = snapshot.copies[1]
    restored.user_data = "#cloud-config\n{}\n"
    restored.boot()
    restored.wait_up()
    restored.wait_booted()
    restored.run([AGENT, "--status", "--wait"], timeout=300)
    ended = reconcile(restored)
    assert (ended.code, ended.bad) == (0, {})
    assert identity(restored) == snapshot.identity
    assert "this server was made from a copy of instance" in str(ended.resource("tailscale/identity")["notes"])
    restored.power_off()


def test_a_copy_with_a_new_key_has_an_identity_of_its_own(world: World, agent: Path, snapshot: Snapshot) -> None:
    first, second = snapshot.original, snapshot.copies[0]
    boot(world, agent, second, "second", world.secrets())
    first.boot()
    first.wait_up()
    first.wait_booted()
    seen = verify(second)
    assert (seen.code, seen.bad) == (0, {})
    assert identity(first) == snapshot.identity
    assert not set(identity(second)) & set(snapshot.identity)
    assert second.run(["hostname"]).out == "second\n"
    assert second.run(["python3", "-c", PAIRED]).check().out == "['here']\n", "the host's own command line alone"
    assert not second.exists(OTHERS_STATE)
    assert not second.exists("/var/lib/bootstrap-agent/secrets.yaml"), "the new key has done its work"
    assert {node["name"] for node in world.services.nodes()} >= {"first.lab.ts.net.", "second.lab.ts.net."}
    assert "whose Claude token is on both servers" in str(call(second, "--status").resource("tailscale/identity"))
    assert verify(first).bad == {}
