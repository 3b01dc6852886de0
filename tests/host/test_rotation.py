"""New secrets for a working server, over stdin, as the operator provides them; and the webhook that is told about a failed run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import canaries
import pytest
from agent_calls import reconcile, verify
from lab.first_boot import AGENT
from lab.host import Host
from lab.parts import MIRROR
from lab.world import World

pytestmark = pytest.mark.parametrize("suite", ["noble"], indirect=True)

HOOK = "/hooks/T0123/secret-part-of-the-address"
PROFILE = "/etc/bootstrap-agent/profile.yaml"
BROUGHT = "/etc/brought.yaml"  # where the seal does not look
URL_FILE = "/var/lib/bootstrap-agent/webhook-url"


def started(host: Host) -> str:
    """The start time and the pid of the gateway's process."""
    uid = host.run(["id", "-u", "ubuntu"]).check().out.strip()
    show = ["systemctl", "--user", "show", "--property=MainPID,ActiveEnterTimestampMonotonic,NRestarts", "openclaw-gateway.service"]
    return host.run(show, user="ubuntu", env={"XDG_RUNTIME_DIR": f"/run/user/{uid}"}).check().out


def test_a_new_gateway_token_takes_over_and_the_old_one_is_nowhere(world: World, converged: Host, suite: str, tmp_path: Path) -> None:
    [old], before = canaries.made(converged), started(converged)
    ended = reconcile(converged, "--secrets", "-", input="gateway_token: generate\n")
    assert (ended.code, ended.bad) == (0, {})
    touched = [resource["name"] for resource in ended.report["resources"] if resource["outcome"] == "converged"]
    assert touched == ["openclaw/env", "openclaw/unit", "openclaw/gateway", "openclaw/update", "seal"]
    [new] = canaries.made(converged)
    assert new != old and len(new) == 64
    assert started(converged) != before
    assert canaries.copies(converged, [old], tmp_path) == []
    assert canaries.copies(converged, [new], tmp_path) == [canaries.ENV]
    assert world.operator.http_status(f"https://openclaw-{suite}.lab.ts.net/readyz") == 200
    calm = started(converged)
    assert reconcile(converged).report["changes"] == 0
    assert started(converged) == calm


@pytest.fixture
def told(world: World, converged: Host) -> Iterator[Host]:
    """A host with a webhook where the next run fails: the gateway's user has made a second name for its secrets in a searched place."""
    converged.write(BROUGHT, f"webhook_url: https://{MIRROR}{HOOK}\n", mode=0o600)
    brought = reconcile(converged, "--secrets", BROUGHT)
    assert (brought.code, brought.bad) == (0, {})
    assert not converged.exists(BROUGHT)
    assert converged.run(["stat", "--format=%a %U", URL_FILE]).out == "600 root\n"
    converged.run(["ln", canaries.ENV, "/var/tmp/second-name"], user="ubuntu").check()
    yield converged
    world.services.set_fault(HOOK, None)
    converged.run(["rm", "-f", "/var/tmp/second-name", URL_FILE]).check()
    assert reconcile(converged).bad == {}


def test_the_webhook_hears_of_a_run_that_failed(world: World, told: Host, tmp_path: Path) -> None:
    before = len(world.services.posts(HOOK))
    failed = reconcile(told)
    assert failed.code == 1
    [post] = world.services.posts(HOOK)[before:]
    body = json.loads(post)
    assert body["text"].startswith("bootstrap-agent: this server is not in the desired state: seal.")
    assert body["report"] == failed.report
    secrets = canaries.given(told) + canaries.made(told) + [HOOK]
    assert not any(secret in post for secret in secrets)
    assert "bootstrap-agent: this server is not in the desired state: seal." in told.console_tail()
    assert canaries.copies(told, [HOOK], tmp_path) == [URL_FILE]


def test_the_webhook_hears_of_a_run_that_could_not_begin(world: World, told: Host) -> None:
    before, profile = len(world.services.posts(HOOK)), told.read(PROFILE)
    told.write(PROFILE, profile + "usr: me\n")
    try:
        assert told.run([AGENT, "--worker"]).code == 3  # what the drift timer starts
    finally:
        told.write(PROFILE, profile)
    first = json.loads(world.services.posts(HOOK)[before])
    assert first["text"].startswith(f"bootstrap-agent: the run could not be carried out: {PROFILE}:")
    assert "usr: " in first["text"]


def test_a_webhook_that_does_not_answer_is_tried_again_and_changes_nothing(world: World, told: Host) -> None:
    before = len(world.services.posts(HOOK))
    world.services.set_fault(HOOK, "status", code=503)
    assert reconcile(told).code == 1
    assert len(world.services.posts(HOOK)) - before > 3
    said = told.run(["journalctl", "--unit=bootstrap-agent-run.service", "--lines=5", "--output=cat"]).check().out
    assert "the owner's webhook was not notified: it answered HTTP 503" in said
    told.run(["rm", "/var/tmp/second-name"]).check()
    assert verify(told).bad == {}
