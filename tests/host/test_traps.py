"""Traps that the gateway's user could set in its home: root follows none, names the path, and continues with the other resources."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from agent_calls import reconcile, verify
from lab.host import Host
from snapshot import changed, snapshot

pytestmark = pytest.mark.parametrize("suite", ["noble"], indirect=True)

HOME = "/home/ubuntu"
UNIT = ".config/systemd/user/openclaw-gateway.service"

# Every path below the home that root writes, with the resource that writes it.
WRITTEN = {
    ".nvm": "node/nvm-shim",
    ".nvm/nvm.sh": "node/nvm-shim",
    ".openclaw": "openclaw/env",
    ".openclaw/.env": "openclaw/env",
    ".openclaw/openclaw.json": "openclaw/config",
    ".openclaw/.openclaw.json.bootstrap-agent": "openclaw/config",
    ".config": "openclaw/unit",
    ".config/systemd": "openclaw/unit",
    ".config/systemd/user": "openclaw/unit",
    UNIT: "openclaw/unit",
    f"{UNIT}.d": "openclaw/unit",
    f"{UNIT}.d/userns.conf": "openclaw/unit",
}
# Makes root write where otherwise it only reads.
BECAUSE = {".openclaw/.openclaw.json.bootstrap-agent": f"sed -i 's/\"loopback\"/\"lan\"/' {HOME}/.openclaw/openclaw.json"}


@pytest.fixture
def victim(lean: Host) -> Iterator[str]:
    """A path where the test can put something that only root may change."""
    yield "/etc/victim"
    lean.run(["rm", "-rf", "/etc/victim"]).check()


@pytest.mark.parametrize("path", WRITTEN)
def test_root_follows_no_symlink_in_a_home(lean: Host, victim: str, path: str) -> None:
    planted, kept = f"{HOME}/{path}", f"{HOME}/kept/for-the-test"  # deeper than the seal looks for copies: .env is one, elsewhere
    kind = "mkdir" if lean.run(["test", "-d", planted]).code == 0 else "touch"
    lean.run([kind, victim]).check()
    before = snapshot(lean, "etc/victim")
    lean.run(["sh", "-ec", BECAUSE.get(path, "true")]).check()
    lean.run(["sh", "-ec", f"mkdir -p {HOME}/kept; if test -e {planted}; then mv {planted} {kept}; fi; ln -s {victim} {planted}"],
             user="ubuntu").check()
    try:
        ended = reconcile(lean)
        seen = verify(lean)
    finally:
        lean.run(["sh", "-ec", f"rm {planted}; if test -e {kept}; then mv {kept} {planted}; fi; rmdir {HOME}/kept"], user="ubuntu").check()
        repaired = reconcile(lean)
    assert (ended.code, seen.code) == (1, 2)
    said = ended.why(WRITTEN[path])
    assert f"~ubuntu/{path}" in said and "a symlink is in the way" in said and "remove it" in said
    assert changed(before, snapshot(lean, "etc/victim")) == []
    assert (repaired.code, repaired.bad) == (0, {})


def test_a_link_where_root_puts_a_file_together_is_not_followed(lean: Host, victim: str) -> None:
    """The temporary name beside .env for its new content."""
    lean.run(["touch", victim]).check()
    before = snapshot(lean, "etc/victim")
    lean.run(["sh", "-ec", "cd ~/.openclaw; chmod 644 .env; sed -i /^OPENCLAW_GATEWAY_TOKEN=/d .env; "
                   f"ln -s {victim} ..env.bootstrap-agent-new"], user="ubuntu").check()
    assert reconcile(lean).bad == {}
    assert changed(before, snapshot(lean, "etc/victim")) == []
    assert lean.run(["stat", "-c", "%a %U", f"{HOME}/.openclaw/.env"]).check().out == "600 ubuntu\n"


def test_a_pipe_instead_of_the_environment_does_not_block(lean: Host) -> None:
    lean.run(["sh", "-ec", "cd ~/.openclaw; mv .env kept-for-the-test; mkfifo -m 600 .env"], user="ubuntu").check()
    try:
        ended = reconcile(lean)
    finally:
        lean.run(["sh", "-ec", "cd ~/.openclaw; mv kept-for-the-test .env"], user="ubuntu").check()
        repaired = reconcile(lean)
    assert ended.code == 1
    assert ".openclaw/.env (as ubuntu): not a regular file" in ended.why("openclaw/env")
    assert ended.report["duration_ms"] < 60_000
    assert (repaired.code, repaired.bad) == (0, {})
