# SPDX-License-Identifier: Apache-2.0
"""What goes wrong on the way to a gateway, on a server that boots: one for all of this file."""

from __future__ import annotations

import re

from box.box import Box
from box.desk import secrets_text
from lab.wait import wait_until
from person import Person


def test_a_policy_that_lets_nobody_in_is_named_with_the_rule_to_write(box: Box, person: Person) -> None:
    """And the answer about the server that was made gets lost: there is one all the same."""
    assert person.init("shut").code == 0
    box.world.services.admin("/set", ssh="off")
    box.cloud.faults.plan("reset_after", "POST", "/servers")
    ended = person("deploy", "shut", "--yes")
    assert ended.code == 1, ended.err
    assert [fault.path for fault in box.cloud.faults.struck] == ["/servers"]
    assert [server.name for server in box.cloud.project.servers.all] == ["shut"]
    assert "the tailnet's policy lets you in nowhere as root" in ended.err, ended.err
    assert '{"action": "accept", "src": ["autogroup:admin"], "dst": ["tag:server"], "users": ["root", "ubuntu"]}' in ended.err


def test_verify_says_what_it_could_not_try(person: Person) -> None:
    ended = person("verify", "shut")
    assert ended.code in (1, 2), ended.err
    assert re.search(r"^not tried +inside +ssh root@shut\.lab\.ts\.net: the tailnet's policy lets you in nowhere", ended.out, re.MULTILINE), ended.out


def test_a_name_that_is_taken(box: Box, person: Person) -> None:
    """Another deployment whose node would have the same name: nothing is made."""
    assert person.init("other").code == 0
    profile = box.laptop.home / ".config/openclaw-server/other/profile.yaml"
    profile.write_text(profile.read_text().replace("other", "shut"))
    ended = person("deploy", "other", "--yes")
    assert ended.code == 1, ended.err
    assert "the tailnet has a device shut already (online" in ended.err
    assert [server.name for server in box.cloud.project.servers.all] == ["shut"]


def test_a_server_that_somebody_turned_off(box: Box, person: Person) -> None:
    """It is destroyed all the same, and the device that could not leave is named."""
    (server,) = box.cloud.project.servers.all
    box.cloud.project.actions.settle()
    box.machines.power(server.machine, on=False)
    ended = person("destroy", "shut", "--confirm", "shut")
    assert ended.code == 2, ended.err
    assert "shut.lab.ts.net does not answer, so it cannot leave by itself" in ended.err
    assert "the tailnet still has the device shut.lab.ts.net" in ended.err
    assert (box.cloud.project.servers.all, box.cloud.project.firewalls.all, box.machines.hosts) == ([], [], {})


def test_a_key_that_was_used_already(box: Box, person: Person) -> None:
    """Then the server never joins. It is not waited for in full here; the reason is on its console, and only there."""
    box.world.services.admin("/delete", node="shut")
    box.world.services.admin("/set", ssh="on")
    used = person.secrets["key of shut"]
    given = secrets_text(box.cloud.token, used, person.secrets["claude of shut"])
    assert person("init", "late", "--release", box.release.url, "--key", box.release.key, "--by", "alice", "--identity",
                  str(person.identity), "--secrets", "-", "--yes", input=given).code == 0
    ended = person.interrupts("deploy", "late", "--yes", at="waiting for the node")
    assert ended.code == 1, ended.err
    (host,) = box.machines.hosts.values()
    wait_until(lambda: "not valid" in host.console_tail(400), 120, "the reason on the console", poll=1)
    assert used not in host.console.read_text(errors="replace")
    ended = person("destroy", "late", "--confirm", "late")
    assert ended.code == 0, ended.err
    assert (box.cloud.project.servers.all, box.machines.hosts) == ([], {})
