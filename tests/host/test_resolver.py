"""/etc/resolv.conf as a file that tailscaled replaces: where systemd-resolved does not own it, as on Debian."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from agent_calls import reconcile, verify
from lab import parts
from lab.host import Host
from lab.wait import wait_until
from test_drift import TAILSCALED, Drift, assert_named_and_repaired
from test_misbehaving import MINUTE, Report, impatient, read_only  # noqa: F401 - a fixture

pytestmark = pytest.mark.parametrize("suite", ["trixie"], indirect=True)

# A running tailscaled replaces an empty file at once, or after the verification: see the next test.
EMPTY = [
    Drift("resolv.conf empty", "systemctl stop tailscaled; : >/etc/resolv.conf", "resolver", "/etc/resolv.conf", "empty", TAILSCALED),
    Drift("resolv.conf empty beside its backup", "systemctl stop tailscaled; cp /etc/resolv.conf /etc/resolv.pre-tailscale-backup.conf; "
          ": >/etc/resolv.conf", "resolver", "/etc/resolv.conf", "empty", TAILSCALED),
]


@pytest.mark.parametrize("drift", EMPTY, ids=str)
def test_an_empty_file_is_named_and_repaired(lean: Host, drift: Drift) -> None:
    assert_named_and_repaired(lean, drift)


def test_names_are_found_again_after_tailscaled_took_over_an_empty_file(lean: Host) -> None:
    """Like after a power cut: tailscaled keeps the empty file as its backup. It finds Tailscale's control server without names (by
    DERP), and the lab's server by /etc/hosts.
    """
    look_up = ["getent", "ahostsv4", parts.MIRROR]
    take_over = (f"getent ahostsv4 {parts.CONTROL} | sed -n '1s/STREAM.*/{parts.CONTROL}/p' >>/etc/hosts; systemctl stop tailscaled; "
                 ": >/etc/resolv.conf; systemctl start tailscaled; "
                 "timeout 30 sh -c 'until grep -q tailscale /etc/resolv.conf; do sleep 0.1; done'; "
                 f"sed -i /{parts.CONTROL}/d /etc/hosts")
    lean.run(["sh", "-ec", take_over]).check()
    assert lean.run(look_up).code != 0
    assert verify(lean).fields("resolver")["/etc/resolv.pre-tailscale-backup.conf"] == "empty"
    assert reconcile(lean).bad == {}
    wait_until(lambda: lean.run(look_up).code == 0, 30, "names to be found")
    assert verify(lean).bad == {}


def test_a_file_that_cannot_be_changed(lean: Host, impatient: Callable[[], Report]) -> None:  # noqa: F811
    """tailscaled has replaced it and is restarted: it would now ask itself for the address of its control server."""
    with read_only(lean, "/etc/resolv.conf"):
        ended = impatient()
    assert ended.code == 1
    assert 'failed to resolve "control.test"' in ended.why("tailscale/login")
    assert "check that the server reaches https://control.test (outbound HTTPS, DNS)" in ended.why("tailscale/login")
    assert ended.report["duration_ms"] < MINUTE
