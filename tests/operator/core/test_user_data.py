# SPDX-License-Identifier: Apache-2.0
"""The operator's user-data is the agent's. golden.txt has the SHA-256 of what agent/cli/user_data.cpp made of each case."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest
import user_data_cases as cases
from openclaw_server.base.errors import Usage
from openclaw_server.deployment.model import Release
from openclaw_server.secrets.secret import Secret
from openclaw_server.userdata.render import LARGEST, render

REPOSITORY = Path(__file__).resolve().parents[3]
RELEASE = Release(cases.URL, "", cases.SUMS)
AGENT = os.environ.get("BOOTSTRAP_AGENT")  # a binary of this commit


def rendered(case: cases.Case) -> bytes:
    release = Release(cases.URL, "", {each: cases.SUMS[each] for each in case.architectures})
    return render(release, case.profile, {key: Secret(value) for key, value in case.secrets.items()})


def test_it_is_what_the_agent_renders() -> None:
    golden = (Path(__file__).parent / "golden.txt").read_text().splitlines()
    ours = [hashlib.sha256(rendered(case)).hexdigest() for case in cases.cases()]
    assert ours == golden


@pytest.mark.skipif(not AGENT, reason="BOOTSTRAP_AGENT names no agent to compare with")
def test_it_is_what_this_agent_renders(tmp_path: Path) -> None:
    assert AGENT
    (tmp_path / "sums").write_text("".join(f"{sha256}  bootstrap-agent-{each}\n" for each, sha256 in cases.SUMS.items()))
    (tmp_path / "profile").write_text("tailscale:\n  hostname: claw\n# END\n")
    (tmp_path / "secrets").touch(mode=0o600)
    (tmp_path / "secrets").write_text("tailscale_auth_key: tskey-auth-kx\n")
    argv: list[str | Path] = [
        AGENT,
        "--render-user-data",
        "--agent-url",
        RELEASE.agent_url,
        "--sums",
        tmp_path / "sums",
        "--profile",
        tmp_path / "profile",
        "--secrets",
        tmp_path / "secrets",
    ]
    theirs = subprocess.run(argv, check=True, capture_output=True).stdout
    assert theirs == render(RELEASE, (tmp_path / "profile").read_bytes(), {"tailscale_auth_key": Secret("tskey-auth-kx")})


def test_the_agent_embeds_the_same_text() -> None:
    assert "userdata/user-data-${part}.sh" in (REPOSITORY / "cmake/embed.cmake").read_text()
    source = (REPOSITORY / "agent/cli/user_data.cpp").read_text()
    assert "embedded::user_data_begin_sh" in source
    assert "embedded::user_data_fetch_sh" in source


def test_a_shell_takes_it() -> None:
    script = render(RELEASE, b"# $x `y` 'z'\n", {"tailscale_auth_key": Secret("it's")})
    assert subprocess.run(["sh", "-n"], input=script, check=False).returncode == 0
    assert b"\ntailscale_auth_key: 'it''s'\n" in script


@pytest.mark.parametrize(
    ("profile", "secret", "said"),
    [
        (b"a\0b", "x", "NUL byte"),
        (b"# Mime-VERSION: 1.0\n", "x", "takes user-data for mail"),
        (b"", "MIME-version:", "takes user-data for mail"),
        (b"END\n" + b"".join(b"%c\xc3\xbc\n" % first for first in range(65, 91)), "x", "lines of every kind"),
    ],
)
def test_what_is_refused(profile: bytes, secret: str, said: str) -> None:
    with pytest.raises(Usage, match=said):
        render(RELEASE, profile, {"anthropic_token": Secret(secret)})


def test_the_limit_up_to_its_last_byte() -> None:
    rest = LARGEST - len(render(RELEASE, b"x\n", {}))
    assert len(render(RELEASE, b"#" * rest + b"x\n", {})) == LARGEST
    with pytest.raises(Usage, match=f"would have {LARGEST + 1} bytes"):
        render(RELEASE, b"#" * (rest + 1) + b"x\n", {})
