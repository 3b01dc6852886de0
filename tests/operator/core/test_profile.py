# SPDX-License-Identifier: Apache-2.0
"""The laptop's judgement of a profile: by the agent's own keys, and never stricter than the agent."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from openclaw_server.base.errors import Usage
from openclaw_server.deployment import profile

REPOSITORY = Path(__file__).resolve().parents[3]
MADE: dict[str, Any] = runpy.run_path(str(REPOSITORY / "scripts/operator/profile-schema"))


def test_the_schema_is_made_from_the_agents_table() -> None:
    assert profile.schema_text() == MADE["text"](), "scripts/operator/profile-schema writes it anew"


def leaves(schema: dict[str, Any], path: str = "") -> set[str]:
    if schema.get("type") == "array":
        return {path} | (leaves(schema["items"], path + "[]") if "properties" in schema["items"] else set())
    if "properties" not in schema:
        return {path}
    return {leaf for name, part in schema["properties"].items() for leaf in leaves(part, f"{path}.{name}" if path else name)}


def test_no_key_is_left_out() -> None:
    """docs/PROFILE.md has a row for each; a test of the agent's holds it to that."""
    rows = (REPOSITORY / "docs/PROFILE.md").read_text().split("## The secrets file")[0].splitlines()
    documented = {row.split("`")[1] for row in rows if row.startswith("| `")}
    assert leaves(json.loads(profile.schema_text())) == documented


TAKEN = [
    (REPOSITORY / "profiles/default.yaml").read_text(),
    (REPOSITORY / "tests/fuzz/corpus/profile/all").read_text(),  # with every kind of key
    "",
    "user: 'claw'\npackages: []\n",
    "packages: [ufw,\n  libstdc++6, 7zip]\n",
    "openclaw: {model: 'a/b:c@d/e'}\nufw: {allow: [{port: 1, protocol: udp, from: '::ffff:1.2.3.4'}]}\n",
    f"node: {{download: {{sha256: {{x86_64: {'1' * 64}}}}}}}\n",
    "tailscale: {hostname: '1'}\nkeep_unconsumed_secrets: 720h\n",
]


@pytest.mark.parametrize("text", TAKEN)
def test_what_the_agent_takes_is_taken(text: str) -> None:
    profile.read(text.encode(), "p")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("usr: x\n", "p:1:6: usr: is not a known key; did you mean user?"),
        ("tailscale:\n  hostnam: x\n", "p:2:12: tailscale.hostnam: is not a known key; did you mean hostname?"),
        ("tailscale: x\n", "p:1:12: tailscale: has keys of its own"),
        ("tailscale:\n  hostname: Claw\n", 'p:2:13: tailscale.hostname: "Claw" has not the form'),
        ("reconcile_timer: yes\n", 'reconcile_timer: "yes" is neither true nor false'),
        ("reconcile_timer: 'true'\n", "without quotes"),
        ("gateway: {port: 80}\n", 'gateway.port: "80" is no number from 1024 to 65535'),
        ("openclaw: {install_timeout: 15}\n", "openclaw.install_timeout:"),
        ("ufw: {allow: [{port: 22, protocol: icmp}]}\n", 'ufw.allow[0].protocol: "icmp" is not known; write tcp or udp'),
        ("ufw: {allow: [{port: 22}]}\n", "ufw.allow[0].protocol: is missing"),
        ("ufw: {allow: 22}\n", "ufw.allow: is no list"),
        ("user:\n", "user: has no value of its own"),
        ("user: \"\\u001b[2J\"\n", 'user: "?[2J"'),
        ("packages: [ok, 'NOT']\n", "packages[1]:"),
    ],
)  # fmt: skip
def test_what_the_agent_refuses_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(Usage) as refused:
        profile.read(text.encode(), "p")
    assert said in str(refused.value)


def test_all_is_said_at_once() -> None:
    with pytest.raises(Usage) as refused:
        profile.read(b"usr: x\ngateway: {port: 1, prt: 2}\nreconcile_timer: 1\n", "p")
    assert len(refused.value.problems) == 4
