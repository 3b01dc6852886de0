# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest
from cloud import Cloud
from cloud.rules import rule
from hcloud import APIException
from hcloud.firewalls import FirewallResource, FirewallResourceLabelSelector, FirewallRule
from official import CAX21, UBUNTU, make, refused
from openclaw_server.base.wait import until

SSH = FirewallRule("in", "tcp", ["0.0.0.0/0", "::/0"], port="22")


def states(client: Any) -> list[str]:
    return [firewall.status for firewall in client.servers.get_by_name("claw").public_net.firewalls]


@rule("firewall-pending", "wide-open")
def test_pending_then_applied(cloud: Cloud, client: Any) -> None:
    firewall = client.firewalls.create("claw", labels={"k": "v"}).firewall
    make(client, firewalls=[firewall])
    cloud.project.servers.all[0].firewalls[firewall.id] += 0.3
    assert states(client) == ["pending"]
    until(lambda: states(client) == ["applied"], 5, "applied", poll=0.02)
    machine = cloud.machines.booted[0]  # type: ignore[attr-defined]
    assert machine.firewall == []
    server = client.servers.get_by_name("claw")
    client.firewalls.remove_from_resources(firewall, [FirewallResource("server", server=server)])[0].wait_until_finished()
    assert machine.firewall is None


@rule("firewall-limits")
def test_rules(cloud: Cloud, client: Any) -> None:
    firewall = client.firewalls.create("claw", rules=[SSH]).firewall
    make(client, firewalls=[firewall])
    assert cloud.machines.booted[0].firewall[0]["port"] == "22"  # type: ignore[attr-defined]
    for action in client.firewalls.set_rules(firewall, []):
        action.wait_until_finished()
    assert client.firewalls.get_by_id(firewall.id).rules == []
    assert cloud.machines.booted[0].firewall == []  # type: ignore[attr-defined]
    with pytest.raises(APIException):
        client.firewalls.set_rules(firewall, [SSH] * 51)
    with pytest.raises(APIException):
        client.firewalls.set_rules(firewall, [FirewallRule("in", "tcp", ["0.0.0.0/0"])])
    more = [client.firewalls.create(f"f{number}").firewall for number in range(6)]
    assert refused(client, name="many", firewalls=more).code == "invalid_input"


@rule("firewall-selector")
def test_by_selector_it_comes_later(client: Any) -> None:
    client.firewalls.create(
        "claw", resources=[FirewallResource("label_selector", label_selector=FirewallResourceLabelSelector("k=v"))]
    )
    made = client.servers.create("claw", CAX21, UBUNTU, labels={"k": "v"})
    assert made.server.public_net.firewalls == []
    until(lambda: states(client) == ["applied"], 5, "applied", poll=0.02)
    assert client.firewalls.get_all()[0].applied_to[0].type == "label_selector"


@rule("delete-detaches")
def test_it_is_in_use_until_the_deletion_has_ended(cloud: Cloud, client: Any) -> None:
    firewall = client.firewalls.create("claw").firewall
    server = make(client, firewalls=[firewall])
    cloud.project.actions.seconds["delete_server"] = 0.3
    deleting = server.delete()
    assert client.servers.get_by_id(server.id).status == "deleting"
    with pytest.raises(APIException) as error:
        firewall.delete()
    assert error.value.code == "resource_in_use"
    deleting.wait_until_finished()
    firewall.delete()
    assert client.firewalls.get_all() == []


@rule("unique")
def test_a_name_is_there_once(client: Any) -> None:
    client.firewalls.create("claw")
    with pytest.raises(APIException) as error:
        client.firewalls.create("claw")
    assert error.value.code == "uniqueness_error"
    make(client)  # a server may have the name of a firewall
