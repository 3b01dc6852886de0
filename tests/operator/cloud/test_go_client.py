# SPDX-License-Identifier: Apache-2.0
"""A second official client, for Go. Building it takes a minute, and Go and its module proxy: so only when HCLOUD_GO=1 asks for it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from cloud import Cloud

HOME = os.environ.get("HOME", "/")  # where Go keeps what it built; a test's own home is empty


@pytest.mark.skipif(
    os.environ.get("HCLOUD_GO") != "1", reason="HCLOUD_GO=1 builds the vendor's client for Go, and asks the double by it"
)
def test_the_client_for_go_cannot_tell(cloud: Cloud, tmp_path: Path) -> None:
    source = Path(__file__).parent / "golang"
    environment = {**os.environ, "HOME": HOME, "GOFLAGS": "-mod=readonly"}
    subprocess.run(["go", "build", "-o", tmp_path / "official", "."], cwd=source, env=environment, check=True, timeout=600)
    environment |= {"HCLOUD_ENDPOINT": cloud.endpoint, "HCLOUD_TOKEN": cloud.token}
    done = subprocess.run([tmp_path / "official"], env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert cloud.project.servers.all == []
