"""User-data that the agent renders, on hosts that boot with it: what it passes on unchanged, and what it refuses.

A whole first boot with it is in test_first_boot.py. Here a stub replaces the agent.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import canaries
import pins
import pytest
from agent_calls import verify
from cuts import assert_ended_well
from lab import cloudinit, first_boot
from lab.host import Host
from lab.wait import wait_until
from lab.world import World

NewHost = Callable[[str], Host]

STUB = """\
#!/bin/sh
[ "$1" = --version ] && exit
echo "$*" >/root/arguments
umask >/root/umask
env >/root/environment
"""
OWNERS = "#cloud-config\nwrite_files: [{path: /root/owners, content: here}]\nruncmd: [[touch, /root/ran-on]]\n"
KEY = "  hostname: other"
# A comment in the profile with texts that a shell, printf or cloud-init could interpret.
ODD = KEY + "  # `touch /root/x` $(touch /root/x) ${HOME} \\ \\\\ \\n ' \" %s %% ; & | < > ü 日本 🦞\n"
NOT_IT = "0" * 64


@pytest.fixture
def stub(tmp_path: Path) -> Path:
    (tmp_path / "stub").write_text(STUB)
    return tmp_path / "stub"


def values(secrets: str) -> list[str]:
    return [line.split(": ")[1] for line in secrets.splitlines()]


def heard(host: Host) -> str:
    """Messages of the boot that users other than root can read."""
    return host.read("/var/log/cloud-init-output.log") + host.run(["journalctl", "--boot"]).check().out


def said(host: Host) -> list[str]:
    """The lines of the script on the console."""
    lines = host.console.read_text(errors="replace").splitlines()
    return [line for line in lines if line.startswith("bootstrap-agent:")]


@pytest.mark.parametrize("suite", ["noble", "trixie"])
@pytest.mark.parametrize("form", ["script", "multi-part"])
def test_the_agent_gets_what_it_was_given(world: World, agent: Path, stub: Path, new_host: NewHost, suite: str, form: str) -> None:
    secrets = world.secrets()
    script = world.user_data(agent, secrets, f"tailscale:\n{KEY}\n", served=stub).replace(KEY + "\n", ODD)
    host = new_host(suite)
    host.user_data = script if form == "script" else cloudinit.multipart(script, OWNERS)
    host.boot()
    assert host.wait_booted() == "running"
    directory = "/root/bootstrap-agent"
    assert host.read("/root/arguments") == f"--first-boot --profile {directory}/profile.yaml --secrets {directory}/secrets.yaml\n"
    profile = script.split("<<'END'\n")[1].split("END\n")[0]
    assert ODD in profile and host.read(f"{directory}/profile.yaml") == profile
    assert host.read(f"{directory}/secrets.yaml") == secrets.replace(": ", ": '").replace("\n", "'\n")
    assert host.run(["stat", "-c", "%a %U", directory, f"{directory}/secrets.yaml"]).out == "700 root\n600 root\n"
    assert host.read("/root/umask") == "0077\n" and "HOME=" not in host.read("/root/environment")
    assert not any(value in heard(host) + host.read("/root/environment") + "".join(said(host)) for value in values(secrets))
    assert not host.exists("/root/x")
    assert form == "script" or (host.read("/root/owners"), host.exists("/root/ran-on")) == ("here", True)


@pytest.mark.parametrize(("suite", "form", "why"), [
    ("noble", "script", "another hash"), ("trixie", "multi-part", "another hash"), ("noble", "multi-part", "no such file")])
def test_what_is_not_the_agent_is_refused(world: World, agent: Path, stub: Path, new_host: NewHost, tmp_path: Path,
                                          suite: str, form: str, why: str) -> None:
    secrets = world.secrets()
    script = world.user_data(agent, secrets, served=stub, sha256=NOT_IT)
    if why == "no such file":
        stub.unlink()
    host = new_host(suite)
    host.user_data = script if form == "script" else cloudinit.multipart(script, OWNERS)
    host.boot()
    assert host.wait_booted() == "degraded"
    assert "status: error" in host.run(["cloud-init", "status"]).out
    (line,) = said(host)
    url = f"https://mirror.test/agent/bootstrap-agent-{world.parts.arch}"
    if why == "no such file":
        assert line == f"bootstrap-agent: not started: cannot fetch {url}: HTTP 404"
    else:
        assert line.startswith(f"bootstrap-agent: not started: {url} has SHA-256 ") and line.endswith(f", expected {NOT_IT}")
    assert not host.exists("/root/bootstrap-agent") and not host.exists("/root/arguments")
    assert canaries.copies(host, values(secrets), tmp_path) == []
    # In mail and in a pickle, a search for the secrets would find nothing.
    left = {path.name for path in host.root.glob("var/lib/cloud/instances/*/*")}
    assert left.isdisjoint({"user-data.txt", "user-data.txt.i", "obj.pkl", "cloud-config.txt"}) and "sem" in left
    assert {path.name for path in host.root.glob("var/lib/cloud/instances/*/scripts/*")} == ({"runcmd"} if form == "multi-part" else set())
    assert form == "script" or (host.read("/root/owners"), host.exists("/root/ran-on")) == ("here", True)


def test_a_first_boot_from_multi_part_user_data_leaves_no_part(world: World, agent: Path, new_host: NewHost, tmp_path: Path) -> None:
    """The secrets are in base64 there, where a plain search finds nothing."""
    secrets = world.secrets()
    host = new_host("noble")
    script = world.user_data(agent, secrets, "tailscale:\n  hostname: parts\n", openclaw=pins.stand_in(world))
    host.user_data = cloudinit.multipart(script, OWNERS)
    host.boot()
    host.wait_up()
    assert first_boot.wait_for_agent(host).code == 0
    host.wait_booted()
    assert (host.read("/root/owners"), host.exists("/root/ran-on")) == ("here", True)
    left = {path.name for path in host.root.glob("var/lib/cloud/instances/*/*")}
    assert left.isdisjoint({"user-data.txt", "user-data.txt.i", "obj.pkl"}) and "sem" in left
    assert canaries.copies(host, values(secrets), tmp_path) == [canaries.ENV]


def marked(host: Host) -> bool:
    """Whether cloud-init considers the script of user-data done."""
    return host.run(["test", "-e", "/var/lib/cloud/instance/sem/config_scripts_user"]).code == 0


@pytest.mark.parametrize("suite", ["noble", "trixie"])
def test_power_that_goes_while_it_fetches_the_agent_costs_a_boot(world: World, agent: Path, new_host: Callable[..., Host],
                                                                 suite: str) -> None:
    secrets = world.secrets()
    host = new_host(suite, image=True)
    host.user_data = world.user_data(agent, secrets, openclaw=pins.stand_in(world))
    world.services.set_fault("/agent/*", "stall", after=1000)
    try:
        host.boot()
        host.wait_up()
        fetched = "/root/bootstrap-agent/bootstrap-agent"
        wait_until(lambda: host.exists(fetched), 120, "curl to have a part of it")
        assert not marked(host)
        host.cut_power()
    finally:
        world.services.set_fault("/agent/*", None)
    host.boot()
    host.wait_up()
    ended = first_boot.wait_for_agent(host)
    assert ended.code == 0, ended.out
    assert host.wait_booted() == "running"
    assert marked(host)
    host.reboot()
    assert host.wait_booted() == "running"
    assert "config-scripts-user already ran" in host.read("/var/log/cloud-init.log").replace("scripts_user", "scripts-user")
    wait_until(lambda: verify(host).code == 0, 300, "the gateway to be ready again", poll=1)
    assert_ended_well(host, values(secrets))


def test_what_the_agent_refuses_leaves_no_secret_at_any_boot(world: World, agent: Path, new_host: NewHost, tmp_path: Path) -> None:
    """cloud-init writes user-data to the disk at every boot, and there is no installed agent that would seal it."""
    secrets = world.secrets()
    host = new_host("noble")
    host.user_data = world.user_data(agent, secrets, f"tailscale:\n{KEY}\n").replace(KEY, "  hostname: [")
    host.boot()
    for boot in ("first", "second"):
        assert host.wait_booted() == "degraded", boot
        assert "status: error" in host.run(["cloud-init", "status"]).out
        assert any("profile.yaml:" in line for line in said(host)), host.console_tail()
        assert not host.exists(first_boot.AGENT)
        assert canaries.copies(host, values(secrets), tmp_path) == [], boot
        left = {path.name for path in host.root.glob("var/lib/cloud/instances/*/*")}
        assert left.isdisjoint({"user-data.txt", "user-data.txt.i", "obj.pkl"}), boot
        host.reboot()
