"""After a first boot the raw bytes of the disk contain each secret only where the gateway needs it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import canaries
import pytest
from agent_calls import reconcile
from lab import cloudinit, first_boot
from lab.host import Host
from lab.wait import wait_until
from lab.world import World
from raw import forms, hits

NewHost = Callable[..., Host]
SECONDS = 600
CLAUDE = "sk-ant-oat01-canary-0123456789-abcdefghijklmnop"
ODD = "sk-ant-oat01-canary/0123+456=789%abc&def:ghi@jkl"  # with characters that URLs, JSON and shells encode


def boot_new_host(world: World, agent: Path, new_host: NewHost, suite: str, claude: str,
                  multi_part: bool = False) -> tuple[Host, dict[str, str]]:
    """A host in its first boot, and its secrets by name."""
    host = new_host(suite, image=True)
    given = world.secrets(gateway_token=f"canary-gateway-token-{suite}-0123456789abcdef", anthropic_token=claude)
    host.user_data = world.user_data(agent, given, f"tailscale:\n  hostname: image-{suite}\n")
    if multi_part:
        host.user_data = cloudinit.multipart(host.user_data, "#cloud-config\n{}\n")
    host.boot()
    host.wait_up()
    return host, dict(zip(("auth key", "Claude token", "gateway token"), canaries.values(given), strict=True))


def test_every_form_is_one_that_its_encoder_makes() -> None:
    assert forms("abc/def+1")["base64+1"] == b"FiYy9kZWYrM"  # printf .abc/def+1 | base64: LmFiYy9kZWYrMQ==
    assert forms("abc/def+1")["URL"] == b"abc%2Fdef%2B1"
    assert set(forms("abc/def+1")) == {"plain", "URL", "UTF-16", "hex", "base64+0", "base64+1", "base64+2"}


def test_before_the_seal_there_is_much_to_find(world: World, agent: Path, new_host: NewHost) -> None:
    """The control test: the same search on a host that loses power before the seal."""
    host, secrets = boot_new_host(world, agent, new_host, "bookworm", CLAUDE)
    removed = "canary-of-a-file-that-was-removed/0123456789+"
    host.write("/root/removed", base64.encodebytes(b"." * 39 + removed.encode()).decode())  # in lines, the first ends within it
    host.run(["sh", "-ec", "sync; rm /root/removed; sync"]).check()
    wait_until(lambda: host.exists("/var/lib/bootstrap-agent/secrets.yaml"), SECONDS, "the agent to have its secrets")
    host.run(["sync"]).check()
    host.kill()
    assert hits(host.disk.file, {"removed": removed}) == {"removed, base64+0, in free space": 1}
    found = hits(host.disk.file, secrets)
    print("before the seal:", *(f"  {count} x {where}" for where, count in sorted(found.items())), sep="\n")
    for secret in secrets:
        assert any(where.startswith(secret) for where in found), f"the search does not find the {secret}"
    assert any("/var/lib/cloud/" in where for where in found) and any("secrets.yaml" in where for where in found)


@pytest.mark.parametrize(("suite", "claude", "multi_part"), [("bookworm", CLAUDE, False), ("trixie", ODD, True)],
                         ids=["bookworm", "trixie"])
def test_after_first_boot_and_reboots_the_disk_holds_secrets_in_env_alone(
        world: World, agent: Path, new_host: NewHost, suite: str, claude: str, multi_part: bool) -> None:
    host, secrets = boot_new_host(world, agent, new_host, suite, claude, multi_part)
    assert first_boot.wait_for_agent(host).code == 0
    host.run([first_boot.AGENT, "--verify"], timeout=300).check()
    for boot in ("first boot", "second boot", "third boot"):
        host.wait_booted()
        assert host.run([first_boot.AGENT, "--status", "--wait"], timeout=SECONDS).code == 0
        if boot == "third boot":
            assert reconcile(host, "--secrets", "-", input="gateway_token: generate\n").bad == {}
            secrets |= {"old token": secrets["gateway token"], "gateway token": canaries.made(host)[0]}
        host.power_off()
        found = hits(host.disk.file, secrets)
        print(f"{suite}, after the {boot}:", *(f"  {count} x {where}" for where, count in sorted(found.items())), sep="\n")
        elsewhere = {where: count for where, count in found.items() if not where.endswith(f", in {canaries.ENV}")}
        assert elsewhere == {}, f"after the {boot}"
        assert set(found) == {f"{name}, plain, in {canaries.ENV}" for name in ("Claude token", "gateway token")}
        if boot != "third boot":
            host.boot()
            host.wait_up()
