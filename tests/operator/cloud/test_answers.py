# SPDX-License-Identifier: Apache-2.0
"""What holds for every answer: who may ask, how lists are cut, and how errors look."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import requests
from cloud import Cloud
from cloud.rules import RULES, rule
from hcloud import APIException
from official import CAX21, UBUNTU, make
from raw import ask


def test_every_row_of_the_table_has_a_test() -> None:
    text = "".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    marked = {name for marks in re.findall(r"@rule\(([^)]*)\)", text) for name in re.findall(r'"([^"]+)"', marks)}
    assert marked == set(RULES)


@rule("unauthorized", "path-before-token")
def test_who_may_ask(cloud: Cloud) -> None:
    nobody = ask(cloud, "GET", "/servers", token=None)
    assert (nobody.status, nobody.body["error"]["message"]) == (401, "token is required")
    stranger = ask(cloud, "GET", "/servers", token="x" * 64)
    assert (stranger.status, stranger.body["error"]["message"]) == (401, "the token you have provided is invalid")
    assert ask(cloud, "GET", "/nothing", token=None).status == 404
    assert ask(cloud, "PUT", "/servers", token=None).code == "method_not_allowed"


@rule("read-only")
@pytest.mark.parametrize("code", ["forbidden", "token_readonly"])
def test_a_token_that_may_only_read(cloud: Cloud, code: str) -> None:
    cloud.readonly_code = code
    token = cloud.new_token(cloud.project, writes=False)
    assert ask(cloud, "GET", "/servers", token=token).status == 200
    refused = ask(cloud, "POST", "/firewalls", {"name": "x"}, token=token)
    assert (refused.status, refused.code) == (403, code)


@rule("projects")
def test_a_token_sees_its_own_project(cloud: Cloud, client: Any) -> None:
    make(client)
    other = cloud.new_token(cloud.new_project())
    assert ask(cloud, "GET", "/servers", token=other).body["servers"] == []
    assert ask(cloud, "GET", f"/servers/{cloud.project.servers.all[0].id}", token=other).status == 404


@rule("json", "correlation")
def test_a_body_that_is_no_json(cloud: Cloud) -> None:
    answer = ask(cloud, "POST", "/servers", content=b"{")
    assert (answer.status, answer.code) == (400, "json_error")
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Correlation-Id"])


@rule("rate")
def test_the_rate(cloud: Cloud, client: Any) -> None:
    first = ask(cloud, "GET", "/servers").headers
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("3600", "3599")
    cloud.project.remaining = 0
    limited = ask(cloud, "GET", "/servers")
    assert (limited.status, limited.code) == (429, "rate_limit_exceeded")
    cloud.project.remaining = 2
    client.servers.get_all()


@rule("pages")
def test_pages(cloud: Cloud, client: Any) -> None:
    for number in range(60):
        client.firewalls.create(f"f{number:02}")
    first = ask(cloud, "GET", "/firewalls").body
    assert len(first["firewalls"]) == 25
    assert first["meta"]["pagination"]["next_page"] == 2
    assert len(ask(cloud, "GET", "/firewalls?per_page=500").body["firewalls"]) == 50
    beyond = ask(cloud, "GET", "/firewalls?page=9")
    assert (beyond.status, beyond.body["firewalls"], beyond.body["meta"]["pagination"]["next_page"]) == (200, [], None)
    assert len(client.firewalls.get_all()) == 60


@rule("labels")
def test_labels(client: Any) -> None:
    for labels in ({"k": "x" * 64}, {"k": "-x"}, {"hetzner.cloud/k": "v"}, {"a b": "v"}):
        with pytest.raises(APIException) as error:
            client.firewalls.create("f", labels=labels)
        assert error.value.code == "invalid_input"
    assert client.firewalls.create("f", labels={"k": "x" * 63, "a.b/c": ""}).firewall.labels == {"k": "x" * 63, "a.b/c": ""}


@rule("selectors")
@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("a=1", "x"), ("a==1", "x"), ("a!=1", "yz"), ("a", "xy"), ("!a", "z"), ("a in (1,2)", "xy"), ("a notin (1, 2)", "z"),
        ("a=1,b", "x"), ("a,!b", "y"), ("a=1,a=2", ""), ("p/q=v", "z"),
    ],
)  # fmt: skip
def test_selectors(client: Any, selector: str, found: str) -> None:
    for name, labels in {"x": {"a": "1", "b": ""}, "y": {"a": "2"}, "z": {"p/q": "v"}}.items():
        client.firewalls.create(name, labels=labels)
    assert "".join(firewall.name for firewall in client.firewalls.get_all(label_selector=selector)) == found


@rule("actions-need-ids")
def test_actions_by_their_ids(cloud: Cloud, client: Any) -> None:
    assert ask(cloud, "GET", "/actions").code == "invalid_input"
    made = client.servers.create("claw", CAX21, UBUNTU)
    ids = [made.action.id, made.next_actions[0].id]
    answer = ask(cloud, "GET", f"/actions?id={ids[1]}&id={ids[0]}&sort=status&sort=id").body
    assert [action["id"] for action in answer["actions"]] == ids
    assert ask(cloud, "GET", f"/actions/{ids[0]}").body["action"]["command"] == "create_server"


@rule("prices")
def test_prices(client: Any) -> None:
    pricing = client.request("GET", "/pricing")["pricing"]
    assert pricing["currency"] == "EUR"
    [ipv4] = [row for row in pricing["primary_ips"] if row["type"] == "ipv4"]
    cax21 = next(row for row in pricing["server_types"] if row["name"] == "cax21")
    for price in (*ipv4["prices"], *cax21["prices"]):
        assert re.fullmatch(r"\d+\.\d{10}", price["price_monthly"]["net"])
        assert float(price["price_monthly"]["gross"]) > float(price["price_monthly"]["net"])
    assert pricing["server_backup"] == {"percentage": "20.00"}


@rule("ssh-key")
def test_ssh_keys(client: Any) -> None:
    with pytest.raises(APIException) as error:
        client.ssh_keys.create("k", "ssh-ed25519 not-base64")
    assert error.value.code == "invalid_input"
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
    made = client.ssh_keys.create("k", key)
    with pytest.raises(APIException) as error:
        client.ssh_keys.create("k", key[:-4] + "Hh8f")
    assert error.value.code == "uniqueness_error"
    assert client.servers.create("claw", CAX21, UBUNTU, ssh_keys=[made]).root_password is None
    made.delete()


@rule("gone")
def test_datacenters_are_gone(cloud: Cloud) -> None:
    assert ask(cloud, "GET", "/datacenters").code == "deprecated_api_endpoint"


def test_faults_strike_as_often_as_planned(cloud: Cloud) -> None:
    cloud.faults.answer(503, "unavailable", "GET", "/servers", times=2)
    assert [ask(cloud, "GET", "/servers").status for _ in range(3)] == [503, 503, 200]
    cloud.faults.plan("reset_after", "POST", "/firewalls")
    cloud.faults.plan("reset", "POST", "/firewalls")
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            requests.post(
                f"{cloud.endpoint}/firewalls", json={"name": "f"}, headers={"Authorization": f"Bearer {cloud.token}"}, timeout=5
            )
    assert [firewall.name for firewall in cloud.project.firewalls.all] == ["f"]
    cloud.faults.plan("hang", "GET", "/servers")
    with pytest.raises(requests.Timeout):
        requests.get(f"{cloud.endpoint}/servers", timeout=0.2)


DESCRIPTION = os.environ.get("HCLOUD_OPENAPI")  # the vendor's description, where it lies at hand


@pytest.mark.skipif(not DESCRIPTION, reason="HCLOUD_OPENAPI names no API description to compare with")
def test_answers_are_as_the_vendor_describes_them(cloud: Cloud, client: Any) -> None:
    assert DESCRIPTION
    paths = json.loads(Path(DESCRIPTION).read_text())["paths"]
    firewall = client.firewalls.create("claw")
    server = make(client, firewalls=[firewall.firewall])
    server.enable_backup().wait_until_finished()
    cloud.project.servers.add_backup(cloud.project.servers.all[0])
    ids = {"/servers/{id}": server.id, "/firewalls/{id}": firewall.firewall.id, "/images/{id}": 9000, "/locations/{id}": 1,
           "/server_types/{id}": 100, "/actions/{id}": cloud.project.actions.all[0].id, "/servers/{id}/actions": server.id}  # fmt: skip
    lists = ("/servers", "/firewalls", "/images", "/locations", "/server_types", "/pricing", "/primary_ips", "/ssh_keys")
    for path in (*lists, *ids):
        schema = paths[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        answer = ask(cloud, "GET", path.replace("{id}", str(ids.get(path))))
        assert list(misfits(answer.body, schema, path)) == []


def misfits(value: Any, schema: dict[str, Any], at: str) -> Any:
    """Where a value is not what a schema describes, or has what it does not name."""
    kinds = schema.get("type", [])
    names: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }
    allowed = [kinds] if isinstance(kinds, str) else kinds
    if value is None and ("null" in allowed or schema.get("nullable")):
        return
    if allowed and not any(isinstance(value, names[kind]) for kind in allowed):
        yield f"{at}: {value!r} is no {allowed}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is not one of {schema['enum']}"
    if isinstance(value, dict) and "properties" in schema:
        yield from (f"{at}: lacks {name}" for name in schema.get("required", []) if name not in value)
        yield from (
            f"{at}: {name} is not described" for name in value if name not in schema["properties"] and name != "deprecation"
        )
        for name, part in value.items():
            yield from misfits(part, schema["properties"].get(name, {}), f"{at}.{name}")
    for number, part in enumerate(value if isinstance(value, list) else []):
        yield from misfits(part, schema.get("items", {}), f"{at}[{number}]")
