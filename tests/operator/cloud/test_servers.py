# SPDX-License-Identifier: Apache-2.0
"""Servers as the official client sees them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cloud import Cloud
from cloud.rules import rule
from hcloud import APIException, Client
from hcloud.actions import ActionFailedException
from hcloud.firewalls import FirewallResource
from hcloud.locations import Location
from hcloud.server_types import ServerType
from hcloud.servers import ServerCreatePublicNetwork
from official import CAX21, UBUNTU, make, refused
from raw import ask


@rule("create-actions", "user-data-hidden", "root-password")
def test_a_server_is_made(cloud: Cloud, client: Any) -> None:
    made = client.servers.create(
        "claw", CAX21, UBUNTU, user_data="secret stuff", labels={"a/b": "c"}, location=Location(name="hel1")
    )
    assert made.root_password
    assert made.action.status == "running"
    assert [action.command for action in made.next_actions] == ["start_server"]
    assert made.server.status == "initializing"
    for action in (made.action, *made.next_actions):
        action.wait_until_finished()
    server = client.servers.get_by_name("claw")
    assert server
    assert (server.status, server.location.name, server.labels) == ("running", "hel1", {"a/b": "c"})
    assert server.public_net.ipv4.ip == "203.0.113.1"
    assert cloud.machines.booted[0].user_data == "secret stuff"  # type: ignore[attr-defined]
    for path in ("/servers", f"/servers/{server.id}", f"/servers/{server.id}/actions"):
        assert "secret stuff" not in str(ask(cloud, "GET", path).body)
    assert "secret stuff" not in str(cloud.requests)
    server.delete().wait_until_finished()
    assert client.servers.get_all() == []
    assert cloud.machines.booted[0].destroyed  # type: ignore[attr-defined]


@rule("hostname")
def test_a_name_is_a_hostname(cloud: Cloud, client: Any) -> None:
    for name in ("a_b", "-a", "x" * 64, ""):
        error = refused(client, name=name)
        assert (error.code, error.details["fields"][0]["name"]) == ("invalid_input", "name")
    assert ask(cloud, "POST", "/servers", {}).code == "invalid_input"
    assert make(client, "a.b-c")


@rule("unique")
def test_names_are_a_lock(cloud: Cloud, client: Any) -> None:
    def create(number: int) -> object:
        try:
            return Client(cloud.token, cloud.endpoint).servers.create("claw", CAX21, UBUNTU).server.id
        except APIException as error:
            return error.code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(create, range(8)))
    assert answers.count("uniqueness_error") == 7
    assert len(client.servers.get_all()) == 1


@rule("user-data-limit")
def test_user_data_has_a_limit(client: Any) -> None:
    error = refused(client, user_data="x" * 32769)
    assert error.details["fields"][0]["name"] == "user_data"
    assert make(client, user_data="x" * 32768)


@rule("rebuild-replays", "root-password")
def test_rebuild_replays_user_data(cloud: Cloud, client: Any) -> None:
    server = make(client, user_data="old secret")
    machine = cloud.machines.booted[0]  # type: ignore[attr-defined]
    rebuilt = server.rebuild(UBUNTU)
    assert rebuilt.root_password
    rebuilt.action.wait_until_finished()
    assert (machine.user_data, machine.boots) == ("old secret", 2)
    server.rebuild(UBUNTU, user_data="new").action.wait_until_finished()
    assert machine.user_data == "new"
    assert server.reset_password().root_password


@rule("image-architecture")
def test_an_image_is_of_an_architecture(client: Any) -> None:
    images = client.images.get_all(name="ubuntu-24.04")
    assert sorted(str(image.architecture) for image in images) == ["arm", "x86"]
    arm = client.images.get_by_name_and_architecture("ubuntu-24.04", "arm")
    assert arm
    assert arm.architecture == "arm"
    x86 = next(image for image in images if image.architecture == "x86")
    assert refused(client, image=x86).code == "invalid_input"
    assert make(client, "by-name").image.architecture == "arm"


@rule("availability", "availability-is-advice")
def test_what_is_sold_out(cloud: Cloud, client: Any) -> None:
    cloud.catalogue.sold_out.add(("cax21", "fsn1"))
    cloud.catalogue.lost.add(("cax21", "nbg1"))
    cax21 = client.server_types.get_by_name("cax21")
    assert cax21
    assert cax21.locations
    there = {str(place.location.name): place.available for place in cax21.locations}
    assert there == {"fsn1": False, "nbg1": True, "hel1": True, "ash": True}
    for name in ("fsn1", "nbg1"):
        assert refused(client, location=Location(name=name)).code == "resource_unavailable"
    assert make(client, location=Location(name="hel1"))


@rule("action-fails")
def test_an_action_fails(cloud: Cloud, client: Any) -> None:
    cloud.project.actions.fail_next("enable_backup", "action_failed", "Action failed")
    server = make(client)
    with pytest.raises(ActionFailedException, match="action_failed"):
        server.enable_backup().wait_until_finished()
    assert client.servers.get_by_id(server.id).backup_window is None
    server.enable_backup().wait_until_finished()
    assert client.servers.get_by_id(server.id).backup_window


@rule("protection")
def test_protection(client: Any) -> None:
    server = make(client)
    with pytest.raises(APIException) as error:
        server.change_protection(delete=True, rebuild=False)
    assert error.value.code == "invalid_input"
    server.change_protection(delete=True, rebuild=True).wait_until_finished()
    for refused_call in (server.delete, lambda: server.rebuild(UBUNTU)):
        with pytest.raises(APIException) as error:
            refused_call()
        assert error.value.code == "protected"
    server.change_protection(delete=False, rebuild=False).wait_until_finished()
    server.delete().wait_until_finished()


@rule("backups-die")
def test_backups_go_with_the_server(cloud: Cloud, client: Any) -> None:
    server = make(client)
    with pytest.raises(APIException):
        server.create_image(type="backup")
    server.enable_backup().wait_until_finished()
    for _ in range(9):
        cloud.project.servers.add_backup(cloud.project.servers.all[0])
    assert len(client.images.get_all(type=["backup"], bound_to=[str(server.id)])) == 7
    server.create_image(type="snapshot", labels={"k": "v"}).action.wait_until_finished()
    server.delete().wait_until_finished()
    assert [image.type for image in client.images.get_all(type=["backup", "snapshot"])] == ["snapshot"]


@rule("locked")
def test_a_server_that_is_busy_is_locked(cloud: Cloud, client: Any) -> None:
    server = make(client)
    cloud.project.actions.seconds["enable_backup"] = 0.4
    running = server.enable_backup()
    assert client.servers.get_by_id(server.id).locked
    with pytest.raises(APIException) as error:
        server.change_protection(delete=True, rebuild=True)
    assert error.value.code == "locked"
    running.wait_until_finished()
    server.change_protection(delete=True, rebuild=True).wait_until_finished()


@rule("quota")
def test_the_quota(cloud: Cloud, client: Any) -> None:
    cloud.project.servers.most = 1
    make(client)
    assert refused(client, name="second").code == "resource_limit_exceeded"


@rule("without-ipv4")
def test_without_ipv4(client: Any) -> None:
    server = make(client, public_net=ServerCreatePublicNetwork(enable_ipv4=False))
    assert server.public_net.ipv4 is None
    assert [ip.type for ip in client.primary_ips.get_all()] == ["ipv6"]


@rule("change-type")
def test_another_type(client: Any) -> None:
    server = make(client)
    bigger = ServerType(name="cax31")
    for type, code in ((bigger, "server_not_stopped"), (ServerType(name="cx33"), "invalid_server_type")):
        with pytest.raises(APIException) as error:
            server.change_type(type, upgrade_disk=False)
        assert error.value.code == code
    server.power_off().wait_until_finished()
    server.change_type(bigger, upgrade_disk=False).wait_until_finished()
    changed = client.servers.get_by_id(server.id)
    assert (changed.server_type.name, changed.primary_disk_size, changed.status) == ("cax31", 80, "off")


@rule("client-retries")
def test_a_reset_or_a_time_out_after_it_was_made(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hcloud._client.time.sleep", lambda seconds: None)
    client = Client(cloud.token, cloud.endpoint, timeout=0.3)
    cloud.faults.plan("hang_after", "POST", "/servers")
    assert refused(client).code == "uniqueness_error"
    assert len(client.servers.get_all(name="claw")) == 1
    assert [request.status for request in cloud.requests if request.method == "POST"] == [201, 409]


def test_a_firewall_of_a_deleted_server_is_free_again(client: Any) -> None:
    firewall = client.firewalls.create("claw", rules=[]).firewall
    server = make(client, firewalls=[firewall])
    assert client.firewalls.get_by_id(firewall.id).applied_to[0].server.id == server.id
    client.firewalls.remove_from_resources(firewall, [FirewallResource("server", server=server)])[0].wait_until_finished()
    client.firewalls.delete(firewall)
