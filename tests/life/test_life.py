# SPDX-License-Identifier: Apache-2.0
"""The life of one gateway, in the order of the steps: from nothing to the first chat, broken and repaired, and back to nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from box.box import Box
from box.laptop import REPOSITORY
from lab import net
from lab.completed import Completed
from lab.mirror import Fault
from lab.wait import wait_until
from laptop_files import in_clear
from person import Person
from visit import Browser, browser
from watch import Watch

PICTURES = REPOSITORY / "build/life"
UNIT = "/home/ubuntu/.config/systemd/user/openclaw-gateway.service"
NODE = "/dist/*"  # of the mirror: where Node comes from
PORT = 8080
ANYTHING = {"direction": "in", "protocol": "tcp", "port": "any", "source_ips": ["0.0.0.0/0", "::/0"]}


@pytest.fixture(scope="module")
def visitor(box: Box) -> Iterator[Browser]:
    with browser(box) as visitor:
        yield visitor


def rows(ended: Completed) -> dict[str, str]:
    """What `verify --format json` found to be otherwise than good."""
    assert ended.out.startswith("["), ended.err
    return {row["name"]: f"{row['outcome']}: {row['detail']}" for row in json.loads(ended.out) if row["outcome"] != "good"}


def interrupted(ended: Completed, step: str) -> None:
    assert ended.code == 1, ended.err
    assert re.search(rf"^openclaw-server: interrupted while: {step}.*\. The same command goes on with it\.$", ended.err, re.MULTILINE), ended.err


def devices(person: Person) -> dict[str, list[dict[str, str]]]:
    ended = person("devices", "list", "claw", "--json")
    assert ended.code == 0, ended.err
    found: dict[str, list[dict[str, str]]] = json.loads(ended.out)
    return found


def reached(box: Box, address: str) -> bool:
    """Whether a stranger gets a connection to PORT."""
    url = f"http://[{address}]:{PORT}/" if ":" in address else f"http://{address}:{PORT}/"
    return box.world.operator.run(["curl", "--silent", "--max-time", "2", "--output", "/dev/null", url]).code == 0


def laptop_address(box: Box) -> str:
    """In the tailnet."""
    return box.world.operator.tailscale("ip", "-4").check().out.strip()


def test_init_leaves_secrets_encrypted_only(person: Person) -> None:
    ended = person.init("claw")
    assert ended.code == 0, ended.err
    assert "The token's project has no server." in ended.err
    folder = person.box.laptop.home / ".config/openclaw-server/claw"
    assert (folder / "secrets.age").read_bytes().startswith(b"age-encryption.org/v1\n")
    assert in_clear(person) == []


def test_a_preview_tells_the_price_and_makes_nothing(box: Box, person: Person) -> None:
    ended = person("deploy", "claw", "--preview")
    assert ended.code == 2, ended.err
    assert re.search(r"^a month +\d+\.\d\d EUR +\d+\.\d\d EUR$", ended.out, re.MULTILINE), ended.out
    assert "to do:     make server claw" in ended.out
    assert box.machines.hosts == {}


def test_ctrl_c_while_the_server_is_made_and_awaited(box: Box, person: Person) -> None:
    box.world.services.set_fault(NODE, Fault.STATUS, code=404)  # for the next step
    for step in ("making server claw", "waiting for the node"):
        interrupted(person.interrupts("deploy", "claw", "--yes", at=step), step)
        assert len(box.machines.hosts) <= 1


def test_a_run_that_fails_says_why_here(box: Box, person: Person) -> None:
    ended = person("deploy", "claw", "--yes")
    assert ended.code == 1, ended.err
    assert re.search(r"^openclaw-server: node: failed: .*404", ended.err, re.MULTILINE), ended.err
    assert "when its cause is gone, the same command goes on" in ended.err
    (machine,) = [machine for machine in box.machines.booted if not machine.destroyed]
    assert machine.firewall == []
    assert person.secrets["key of claw"] in machine.user_data
    assert person.secrets["claude of claw"] not in machine.user_data


def test_the_same_command_goes_on_and_survives_ctrl_c(box: Box, person: Person) -> None:
    box.world.services.set_fault(NODE, None)
    for step in ("handing over", "turning daily backups on"):
        interrupted(person.interrupts("deploy", "claw", "--yes", at=step), step)


def test_deploy(box: Box, person: Person) -> None:
    ended = person("deploy", "claw", "--yes")
    assert ended.code == 0, ended.err
    person.learns_the_gateways_token()
    (server,) = box.cloud.project.servers.all
    assert (server.backup_window is not None, server.protection) == (True, True)
    assert len(box.machines.hosts) == 1
    again = person("deploy", "claw", "--yes")
    assert (again.code, "nothing to do" in again.err) == (0, True), again.err


def test_outputs(person: Person) -> None:
    ended = person("outputs", "claw", "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["url"] == "https://claw.lab.ts.net/"
    shown = person.box.laptop.run(["openclaw-server", "outputs", "claw", "--show-secrets", "--json"], timeout=60)  # not to be remembered
    assert json.loads(shown.out)["tokenized_url"] == f"https://claw.lab.ts.net/#token={person.secrets['gateway']}"


def test_the_first_visit(box: Box, person: Person, visitor: Browser) -> None:
    """The tool gives the browser a one-time address, which pairs it; the chat is there."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    address, program = box.laptop.home / "address", box.laptop.home / "browse"
    program.write_text(f"#!/bin/sh\nprintf %s \"$1\" >{address}.part && mv {address}.part {address}\n")
    program.chmod(0o700)
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(person, "outputs", "claw", "--open", env={"BROWSER": str(program)})
        wait_until(lambda: address.exists() or opening.done(), 60, "the tool to open the browser")
        assert address.exists(), opening.result().err
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{43}", address.read_text())
        visitor.open(address.read_text())
        assert opening.result().code == 0, opening.result().err
    page = visitor.shows("Connected", "Message Assistant")
    assert page.splitlines()[1].startswith("/chat"), page
    visitor.shot(PICTURES / "chat.png")
    assert [each["from"] for each in devices(person)["paired"] if each["who"] == "openclaw-control-ui"] == [laptop_address(box)]


def test_another_browser_is_approved_from_the_laptop(box: Box, person: Person, visitor: Browser) -> None:
    """With the gateway's token alone it has to ask."""
    visitor.anew()
    visitor.open(f"https://claw.lab.ts.net/#token={person.secrets['gateway']}")
    visitor.shows("airing")
    visitor.shot(PICTURES / "pairing.png")
    (asking,) = devices(person)["pending"]
    assert asking["from"] == laptop_address(box)
    refused = person("devices", "approve", "claw")
    assert (refused.code, "There is no terminal to answer at" in refused.err) == (3, True), refused.err
    ended = person("devices", "approve", "claw", "--yes")
    assert ended.code == 0, ended.err
    assert devices(person)["pending"] == []
    visitor.shows("Message Assistant")
    visitor.shot(PICTURES / "approved.png")


def test_all_is_well(person: Person) -> None:
    ended = person("verify", "claw", "--format", "json")
    assert (ended.code, rows(ended)) == (0, {}), ended.err


def test_what_is_broken_is_named(box: Box, person: Person) -> None:
    """On the server ufw goes off, a program listens, and the gateway's unit is changed; then somebody opens all at the provider."""
    for argv in (["ufw", "--force", "disable"], ["sed", "-i", "s/^NoNewPrivileges=.*/NoNewPrivileges=no/", UNIT],
                 ["systemd-run", "--quiet", "python3", "-m", "http.server", "--bind", "::", str(PORT)]):
        done = person.on_server(*argv)
        assert done.code == 0, done.err
    (host,) = box.machines.hosts.values()
    own = net.own_v6(box.world.instance.number, host.last).replace("::/64", "::1")
    host.wait_up(20)
    wait_until(lambda: host.run(["curl", "-sS", f"http://127.0.0.1:{PORT}/"]).code == 0, 20, "the program to listen")
    assert [reached(box, address) for address in (host.v4, own)] == [False, False], "the provider's firewall is in front"
    firewall = box.cloud.project.firewalls.all[0]
    with box.cloud.lock:
        box.cloud.project.firewalls.act(firewall.id, "set_rules", {"rules": [ANYTHING]})
    wait_until(lambda: person("deploy", "claw", "--preview").code == 2, 10, "the provider to have it done")
    assert [reached(box, address) for address in (host.v4, own)] == [True, True]
    ended = person("verify", "claw", "--format", "json")
    assert ended.code == 1, ended.err
    found = rows(ended)
    assert found["the provider's firewall lets nothing in"] == "bad: 1 inbound rules"
    assert re.match(rf"bad: 10\.99\.\d+\.\d+: (\d+ open, )*{PORT} open", found["nothing answers on IPv4"]), found
    assert found["nothing answers on IPv6"].startswith("bad: fd00:"), found
    assert "active" in found["inside: ufw"]
    assert found["inside: openclaw/unit"].startswith("bad: "), found


def test_it_is_repaired(person: Person) -> None:
    assert person("deploy", "claw", "--yes").code == 0  # the provider's side
    ended = person.on_server("bootstrap-agent", "--reconcile")
    assert ended.code == 0, ended.err
    ended = person("verify", "claw", "--format", "json")
    assert (ended.code, rows(ended)) == (0, {}), ended.err


def test_destroy_wants_its_name(box: Box, person: Person) -> None:
    ended = person("destroy", "claw", "--confirm", "clew")
    assert (ended.code, "nothing was done" in ended.err) == (1, True), ended.err
    assert len(box.machines.hosts) == 1


def test_back_to_nothing(box: Box, person: Person) -> None:
    (host,) = box.machines.hosts.values()
    ended = person("destroy", "claw", "--confirm", "claw")
    assert ended.code == 2, ended.err  # the key was not ephemeral, so the device is left
    id = re.search(r'^id: "(\w+)"', (box.laptop.home / ".config/openclaw-server/claw/deployment.yaml").read_text(), re.MULTILINE)
    assert id
    assert f"the tailnet still has the device gone-{id[1]}.lab.ts.net" in ended.err
    assert sorted(node["name"] for node in box.world.services.nodes()) == [f"gone-{id[1]}.lab.ts.net.", "operator.lab.ts.net."]
    project = box.cloud.project
    assert (project.servers.all, project.firewalls.all, project.images, box.machines.hosts) == ([], [], [], {})
    assert not host.running
    assert net.namespace(box.world.instance.number, host.name) not in net.namespaces()
    again = person("destroy", "claw", "--confirm", "claw")
    assert again.code == 2, again.err
    assert f"device    gone-{id[1]}.lab.ts.net is left on the tailnet, of a server that is gone" in again.err


def test_no_secret_was_seen_anywhere(box: Box, person: Person, watched: Watch) -> None:
    assert {"ssh", "tailscale", "tailscaled", "node", "chromium"} <= watched.programs  # it has looked
    assert watched.hits == set()
    assert in_clear(person) == []
    for name, value in person.secrets.items():
        assert [answer.argv for answer in person.answers if value in answer.out + answer.err] == [], name
        assert [each for each in box.cloud.requests if value in each.path + each.body] == [], name
        known = [machine.name for machine in box.machines.booted if value in machine.user_data]
        assert known == (["claw"] if name == "key of claw" else known if name.startswith("key of ") else []), name
