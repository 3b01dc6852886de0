"""Memory is locked where all later mappings can be locked too, and threads always get their stacks."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from conftest import REPOSITORY, Root


def dropped_by_the_timer() -> list[str]:
    unit = (REPOSITORY / "units/bootstrap-agent-reconcile.service").read_text()
    names = " ".join(re.findall(r"^CapabilityBoundingSet=~(.+)$", unit, re.M)).split()
    return [name.removeprefix("CAP_").lower() for name in names]


def confined(capabilities: list[str]) -> list[str]:
    """Without these capabilities, and with the limit that systemd gives a service."""
    assert capabilities
    dropped = ",".join(f"-{name}" for name in capabilities)
    return ["prlimit", "--memlock=8388608:8388608", "setpriv", f"--bounding-set={dropped}", f"--inh-caps={dropped}"]


def locked_kilobytes(argv: list[str]) -> int:
    """Of the agent while it reads its standard input."""
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as agent:
        assert agent.stdin
        agent.stdin.write(b"#" * 100_000)  # more than a pipe can hold, so the agent has begun to read
        agent.stdin.flush()
        status = Path(f"/proc/{agent.pid}/status").read_text()
    found = re.search(r"^VmLck:\s+(\d+) kB", status, re.M)
    assert found
    return int(found[1])


@pytest.mark.parametrize(("without", "locked"), [(dropped_by_the_timer(), True), (["ipc_lock"], False)], ids=["timer", "no-ipc-lock"])
def test_a_sandbox_with_a_limit_on_locked_memory(root: Root, without: list[str], locked: bool) -> None:
    argv = [*confined(without), *root.argv("--verify")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, env={"PATH": "/usr/bin:/bin"}, check=False)
    assert done.returncode in (1, 2), done.stderr
    assert "resources as desired" in done.stdout
    waiting = root.argv("--render-user-data", "--agent-url", "https://agent.test/a", "--sums", "-")
    assert (locked_kilobytes([*confined(without), *waiting]) > 0) is locked
