# SPDX-License-Identifier: Apache-2.0
"""From nothing to a gateway, when all goes well."""

from __future__ import annotations

import json
import re

import pytest
from commands.conftest import SECRETS, Laptop
from laptop.world import report
from openclaw_server.deployment import names


def test_a_preview_makes_nothing(laptop: Laptop) -> None:
    ended = laptop("deploy", "claw", "--preview")
    assert ended.code == 2
    assert re.search(r"server cax21 +6.49 EUR +7.72 EUR", ended.out)
    assert re.search(r"IPv4 address +0.50 EUR +0.60 EUR", ended.out)
    assert re.search(r"backups, 20% of the server +1.30 EUR +1.54 EUR", ended.out)
    assert re.search(r"a month +8.29 EUR +9.86 EUR", ended.out)
    for line in (
        "make firewall claw, which lets nothing in",
        "make server claw, and take it",
        "backups on",
        "protection from deletion on",
    ):
        assert f"{line}" in ended.out
    assert f"SHA-256 {'2' * 64}" in ended.out  # an arm type gets the arm agent
    assert re.search(r"user-data  2\d\d\d of 32768 bytes", ended.out)
    assert laptop.requests("POST", "PUT", "DELETE") == []


def test_a_preview_says_what_a_location_says_of_itself(laptop: Laptop) -> None:
    laptop.cloud.catalogue.sold_out.add(("cax21", "fsn1"))
    laptop.cloud.catalogue.leaving["cax21", "fsn1"] = "2126-03-01T00:00:00+00:00"
    ended = laptop("deploy", "claw", "--preview")
    assert "note:      fsn1 says that it has no cax21 left now; these say they have: nbg1, hel1, ash\n" in ended.out
    assert "note:      cax21 can be ordered in fsn1 until 2126-03-01\n" in ended.out


def test_a_type_that_is_ordered_there_no_more(laptop: Laptop) -> None:
    laptop.cloud.catalogue.leaving["cax21", "fsn1"] = "2026-03-01T00:00:00+00:00"
    ended = laptop("deploy", "claw", "--yes")
    assert (ended.code, "cax21 cannot be ordered in fsn1 since 2026-03-01; choose another" in ended.err) == (3, True)
    assert laptop.requests("POST") == []


def test_a_preview_as_json(laptop: Laptop) -> None:
    ended = laptop("deploy", "claw", "--preview", "--json")
    answer = json.loads(ended.out)
    assert [row["what"] for row in answer["price"]["month"]] == [
        "server cax21",
        "IPv4 address",
        "backups, 20% of the server",
        "a month",
    ]
    assert answer["price"]["currency"] == "EUR"
    assert len(answer["to_do"]) == 4


def test_a_deploy_in_its_order(really_deployed: Laptop) -> None:
    deployed = really_deployed
    made = deployed.requests("POST", "PUT", "DELETE")
    server = deployed.cloud.project.servers.all[0]
    assert made == [
        "POST /firewalls",
        "POST /servers",
        f"PUT /servers/{server.id}",  # says that the secrets were handed over
        f"POST /servers/{server.id}/actions/enable_backup",
        f"POST /servers/{server.id}/actions/change_protection",
    ]
    firewall = deployed.cloud.project.firewalls.all[0]
    order = next(each for each in deployed.cloud.requests if each.path == "/servers" and each.method == "POST")
    assert json.loads(order.body)["firewalls"] == [{"firewall": firewall.id}]
    assert (firewall.rules, server.machine.firewall) == ([], [])
    assert (server.image["architecture"], server.location["name"], server.backup_window, server.protection) == (
        "arm",
        "fsn1",
        "22-02",
        True,
    )
    assert deployed.world.commands() == [
        "bootstrap-agent --status --wait",
        "bootstrap-agent --status --format json",
        "bootstrap-agent --reconcile --secrets -",
        "bootstrap-agent --status --format json",
    ]


def test_user_data_holds_the_tailscale_key_alone(really_deployed: Laptop) -> None:
    deployed = really_deployed
    user_data = deployed.machines.booted[0].user_data
    assert SECRETS["tailscale_auth_key"] in user_data
    assert 'hostname: "claw"' in user_data
    assert "canary0002" not in user_data
    assert "canary0003" not in user_data
    handed = next(call["stdin"] for call in deployed.world.calls() if "--secrets" in call.get("command", ""))
    assert handed == f"anthropic_token: '{SECRETS['anthropic_token']}'\nwebhook_url: '{SECRETS['webhook_url']}'\n"


def test_labels_say_what_it_was_made_with(really_deployed: Laptop) -> None:
    deployed = really_deployed
    labels = deployed.cloud.project.servers.all[0].labels
    assert names.label_problems(labels) == []
    assert labels[names.ID] == "0123456789abcdef"
    assert labels[names.BY] == "alice"
    assert labels[names.AGENT] == "2" * 32
    assert labels[names.PROFILE] == names.digest(deployed.folder.profile())
    assert names.moment(labels[names.MADE])
    assert names.moment(labels[names.HANDED])


def test_no_secret_is_shown_or_leaves_by_another_way(laptop: Laptop) -> None:
    laptop.world.set(lines=[f"the agent says {value}" for value in laptop.secrets.values()])
    ended = laptop("deploy", "claw", "--yes")
    assert ended.code == 0, ended.err
    assert "the agent says (secret)" in ended.err
    sent = str(laptop.cloud.requests)
    programs = str([(call["argv"], call["env"], call.get("command")) for call in laptop.world.calls()])
    on_disk = b"".join(file.read_bytes() for file in laptop.folder.path.iterdir())
    for value in laptop.secrets.values():
        for place in (ended.out, ended.err, sent, programs):
            assert value not in place
        assert value.encode() not in on_disk


def test_again_there_is_nothing_to_do(really_deployed: Laptop) -> None:
    deployed = really_deployed
    before = len(deployed.requests("POST", "PUT", "DELETE"))
    ended = deployed("deploy", "claw")
    assert (ended.code, "nothing to do" in ended.err) == (0, True)
    assert deployed("deploy", "claw", "--preview").code == 0
    assert len(deployed.requests("POST", "PUT", "DELETE")) == before


def test_what_other_tests_begin_with_is_what_a_deploy_leaves(laptop: Laptop, deployed: Laptop) -> None:
    def left() -> object:
        project = laptop.cloud.project
        [server], [firewall] = project.servers.all, project.firewalls.all
        keys = sorted(server.labels), sorted(firewall.labels)
        state = (
            server.status,
            server.backup_window,
            server.protection,
            server.type["name"],
            server.image["id"],
            server.location["name"],
        )
        return keys, state, server.machine.user_data, server.machine.firewall, laptop.world.get("ended")

    at_once = left()
    laptop.world.set(nodes=[])
    laptop.cloud.project.servers.all.clear()
    laptop.cloud.project.firewalls.all.clear()
    assert laptop("deploy", "claw", "--yes").code == 0
    assert left() == at_once


def test_outputs_are_its_last_words(laptop: Laptop) -> None:
    ended = laptop("deploy", "claw", "--yes", "--json")
    answer = json.loads(ended.out)
    assert answer["url"] == "https://claw.tail.ts.net/"
    assert answer["deployment_id"] == "0123456789abcdef"


def test_what_differs_is_said(deployed: Laptop) -> None:
    file = deployed.folder.path / "deployment.yaml"
    file.write_text(file.read_text().replace("cax21", "cax31").replace("fsn1", "hel1").replace("2" * 64, "3" * 64))
    (deployed.folder.path / "profile.yaml").write_text("tailscale: {hostname: claw}\n")
    ended = deployed("deploy", "claw", "--preview")
    assert ended.code == 2
    for part in (
        "type is cax21, deployment.yaml says cax31",
        "location is fsn1",
        "the agent that it was made with",
        "the profile that",
    ):
        assert part in ended.out
    assert "to do:" not in ended.out


def test_drift_at_the_provider_is_repaired(deployed: Laptop) -> None:
    project = deployed.cloud.project
    project.firewalls.all[0].rules.append(
        {"direction": "in", "protocol": "tcp", "port": "22", "description": None, "source_ips": [], "destination_ips": []}
    )
    drifted = project.servers.all[0]
    drifted.backup_window = None
    drifted.firewalls.clear()
    ended = deployed("deploy", "claw", "--preview")
    assert "take 1 inbound rules out" in ended.out
    assert "put server claw behind the firewall" in ended.out
    assert deployed("deploy", "claw").code == 0
    assert project.firewalls.all[0].rules == []
    assert list(project.servers.all[0].firewalls) == [project.firewalls.all[0].id]
    [server] = project.servers.all
    assert server.backup_window


def test_what_is_there_is_left_alone(deployed: Laptop) -> None:
    deployed.cloud.project.servers.all[0].protection = False
    assert deployed("deploy", "claw").code == 0
    [made] = deployed.requests("POST", "PUT", "DELETE")
    assert made.endswith("/actions/change_protection")


def test_all_in_user_data_where_root_may_not_log_in(laptop: Laptop) -> None:
    laptop.world.set(users=["ubuntu"])
    ended = laptop("deploy", "claw", "--yes", "--all-in-user-data")
    assert ended.code == 0, ended.err
    assert all(value in laptop.machines.booted[0].user_data for value in SECRETS.values())
    assert not any("--reconcile" in command for command in laptop.world.commands())
    assert laptop.world.commands()[0] == "sudo -n /usr/local/sbin/bootstrap-agent --status --wait"
    assert laptop("deploy", "claw").code == 0


def test_it_asks_before_it_costs(laptop: Laptop) -> None:
    ended = laptop("deploy", "claw")
    assert (ended.code, "There is no terminal to answer at; --yes" in ended.err) == (3, True)
    laptop.answers.append("n")
    assert laptop("deploy", "claw").code == 1
    assert "8.29 EUR a month net, 9.86 with 19.00% VAT" in laptop.asked[0]
    assert laptop.requests("POST") == []
    laptop.answers.append("y")
    assert laptop("deploy", "claw").code == 0


def test_a_run_that_ends_badly_says_why(laptop: Laptop) -> None:
    bad = {"name": "openclaw/gateway", "outcome": "failed", "reason": f"not ready \x1b[2J[bold] {SECRETS['anthropic_token']}"}
    laptop.world.set(report=report(1, bad))
    ended = laptop("deploy", "claw", "--yes")
    assert ended.code == 1
    assert "openclaw/gateway: failed: not ready ?[2J[bold] (secret)" in ended.err
    assert not laptop.cloud.project.servers.all[0].protection
    assert not any("--reconcile" in command for command in laptop.world.commands())
    assert laptop("deploy", "claw").code == 0  # which has the agent try again
    assert len(laptop.machines.booted) == 1


def test_the_same_command_has_the_agent_try_again_without_root(laptop: Laptop) -> None:
    laptop.world.set(users=["ubuntu"], report=report(1, {"name": "node", "outcome": "failed", "reason": "404"}))
    assert laptop("deploy", "claw", "--yes", "--all-in-user-data").code == 1
    assert laptop("deploy", "claw", "--yes", "--all-in-user-data").code == 0
    assert "sudo -n /usr/local/sbin/bootstrap-agent --reconcile" in laptop.world.commands()


@pytest.mark.parametrize("size", [1 << 20])
def test_a_server_that_says_too_much(laptop: Laptop, size: int) -> None:
    laptop.world.set(lines=["x" * size, "\x1b]0;title\x07", "[red]markup[/red]"])
    ended = laptop("deploy", "claw", "--yes")
    assert ended.code == 0
    assert "\x1b" not in ended.err
    assert "[red]markup[/red]" in ended.err
    assert max(map(len, ended.err.splitlines())) < 500
