"""Faults of the machine itself: the agent says what, why and what next, keeps its deadlines, and converges when the fault is gone.

Faults of the outside world are in test_refusals.py, faults of the kernel in kill/test_errors.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from agent_calls import EVENTS, Report, call, reconcile, verify
from lab.first_boot import AGENT
from lab.host import Host
from lab.merge import merge
from lab.mirror import Fault
from lab.wait import wait_until
from lab.world import World

pytestmark = pytest.mark.parametrize("suite", ["noble"], indirect=True)

GATEWAY = "openclaw-gateway.service"
PROFILE = "/etc/bootstrap-agent/profile.yaml"
SECONDS = 600
MINUTE = 60_000  # milliseconds, as reports have them


def shell(host: Host, script: str, user: str | None = None) -> str:
    """Runs a script as root, or as ``user`` with access to its manager."""
    env = {"XDG_RUNTIME_DIR": f"/run/user/{uid(host)}"} if user else {}
    return host.run(["sh", "-ec", script], user=user, env=env, timeout=SECONDS).check().out


def uid(host: Host) -> str:
    return host.run(["id", "-u", "ubuntu"]).check().out.strip()


def assert_over(host: Host) -> None:
    """The fault is gone: one run converges, and the next has nothing to do."""
    ended = reconcile(host)
    assert (ended.code, ended.bad) == (0, {}), ended.said
    assert verify(host).bad == {}


def without_bus(host: Host, script: str) -> tuple[int, str]:
    """Runs a script as root without systemd-run(1), which needs D-Bus. Returns its exit code and output."""
    with host.follow(["sh", "-c", f"exec 2>&1; {script}"]) as process:
        said, _ = process.communicate(timeout=SECONDS)
        return process.returncode, said


@contextmanager
def while_(host: Host, begin: str, end: str) -> Iterator[None]:
    shell(host, begin)
    try:
        yield
    finally:
        shell(host, end)


@pytest.fixture
def impatient(lean: Host) -> Iterator[Callable[[], Report]]:
    """A run that must download tailscale again within 8 s, and gives tailscaled 20 s to come back."""
    before = lean.read(PROFILE)
    lean.write("/root/impatient.yaml", merge(before, "limits:\n  download_timeout: 8s\ntailscale:\n  join_timeout: 20s\n"))

    def run() -> Report:
        shell(lean, "rm -f /var/lib/bootstrap-agent/stamps/tailscale-*")
        return call(lean, "--reconcile", "--profile", "/root/impatient.yaml")

    yield run
    lean.write("/root/before.yaml", before)
    repaired = call(lean, "--reconcile", "--profile", "/root/before.yaml")
    shell(lean, "rm /root/before.yaml /root/impatient.yaml")
    assert (repaired.code, repaired.bad) == (0, {}), f"{repaired.bad}\n{repaired.said}"


@pytest.fixture
def mirror(world: World) -> Iterator[Callable[..., None]]:
    """Makes tailscale's download go wrong as long as the test runs."""
    yield lambda mode, **details: world.services.set_fault("/stable/*", mode, **details)
    world.services.set_fault("/stable/*", None)


def test_a_mirror_that_trickles(impatient: Callable[[], Report], mirror: Callable[..., None]) -> None:
    mirror(Fault.TRICKLE)
    ended = impatient()
    assert ended.code == 1
    assert "GET https://mirror.test/stable/" in ended.why("tailscale/package") and "no time is left of the 8 s allowed" in ended.why("tailscale/package")
    assert ended.report["duration_ms"] < MINUTE


def test_a_mirror_that_redirects_to_itself(impatient: Callable[[], Report], mirror: Callable[..., None]) -> None:
    mirror(Fault.LOOP)
    ended = impatient()
    assert ended.code == 1
    assert "GET https://mirror.test/stable/" in ended.why("tailscale/package") and "redirects" in ended.why("tailscale/package")


def test_a_mirror_that_nobody_vouches_for(lean: Host, impatient: Callable[[], Report]) -> None:
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    with while_(lean, f"cp {bundle} /root/kept.crt; sed -n '/BEGIN/,/END/p;/END/q' /root/kept.crt >{bundle}",
                f"cp /root/kept.crt {bundle}; rm /root/kept.crt"):
        ended = impatient()
    assert ended.code == 1
    assert f"the server's certificate is not signed by any authority in {bundle}" in ended.why("tailscale/package")


def test_names_that_are_answered_late(lean: Host) -> None:
    """The resolver is silent when the run begins to need it."""
    rules = [f"OUTPUT --protocol {protocol} --dport 53 --jump DROP" for protocol in ("udp", "tcp")]
    shell(lean, f"rm {EVENTS} /var/lib/bootstrap-agent/stamps/tailscale-*")
    shell(lean, "; ".join(f"iptables --insert {rule}" for rule in rules))
    with lean.follow([AGENT, "--reconcile"]) as process:
        try:
            wait_until(lambda: lean.exists(EVENTS) and "again in" in lean.read(EVENTS), MINUTE / 1000, "an attempt to fail")
        finally:
            shell(lean, "; ".join(f"iptables --delete {rule}" for rule in rules))
        said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, said
    assert verify(lean).bad == {}


def test_apt_lists_that_are_corrupt(lean: Host) -> None:
    shell(lean, "dpkg --purge nftables; for list in /var/lib/apt/lists/*_Packages; do yes 'no field at all' | head -n 300 >$list; done; "
          "rm -f /var/cache/apt/*.bin")
    assert_over(lean)


def test_apt_lists_that_are_empty(lean: Host) -> None:
    """Like after a power cut before a sync. `apt-get update` alone keeps such lists."""
    shell(lean, "dpkg --purge nftables; for list in /var/lib/apt/lists/*_Packages; do : >$list; done; rm -f /var/cache/apt/*.bin")
    assert_over(lean)


def test_dpkg_that_was_cut_off(lean: Host) -> None:
    shell(lean, "cd /tmp; apt-get download -q nftables; dpkg --purge nftables; dpkg --unpack nftables_*.deb; rm nftables_*.deb; "
          "touch /var/lib/dpkg/updates/0001")
    assert verify(lean).fields("packages") == {"package nftables": "not installed"}
    assert_over(lean)


def test_a_users_manager_that_was_killed(lean: Host) -> None:
    unit = f"user@{uid(lean)}.service"
    shell(lean, f"systemctl kill --signal=KILL {unit}; while systemctl -q is-active {unit}; do sleep 0.1; done")
    seen = verify(lean)
    assert seen.code == 2 and seen.fields("user/linger")["user manager"] in ("failed", "inactive", "deactivating")
    assert_over(lean)


def test_a_users_manager_that_cannot_start(lean: Host) -> None:
    unit = f"user@{uid(lean)}.service"
    with while_(lean, f"mkdir -p /run/systemd/system/{unit}.d; printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' "
                f">/run/systemd/system/{unit}.d/broken.conf; systemctl daemon-reload; systemctl stop {unit}",
                f"rm -r /run/systemd/system/{unit}.d; systemctl daemon-reload; systemctl reset-failed {unit}"):
        ended = reconcile(lean)
    assert ended.code == 1
    assert unit in ended.why("user/linger") and f"journalctl -u {unit}" in ended.why("user/linger")
    assert ended.report["duration_ms"] < 4 * MINUTE
    assert_over(lean)


def test_no_dbus(lean: Host) -> None:
    without_bus(lean, "systemctl stop dbus.socket dbus.service")
    try:
        ended, said = without_bus(lean, f"{AGENT} --reconcile")
        seen, _ = without_bus(lean, f"{AGENT} --verify")
    finally:
        without_bus(lean, "systemctl start dbus.socket dbus.service; systemctl restart systemd-logind")
    assert (ended, seen) == (1, 2)
    assert "Connection refused; is dbus.service running?" in said, said
    assert_over(lean)


def test_logs_that_have_no_room(lean: Host) -> None:
    with while_(lean, "mount -t tmpfs -o size=64k tmpfs /var/log; ! cat /dev/zero >/var/log/full 2>&1; "
                "ufw delete allow in on tailscale0", "umount /var/log"):
        ended = reconcile(lean)
    assert (ended.code, ended.bad) == (0, {}), "the log is for the operator; what it can't hold must not stop the run"
    assert verify(lean).bad == {}


def test_a_journal_that_has_no_room(lean: Host) -> None:
    journal, conf = "/run/log/journal", "/run/systemd/journald.conf.d"
    fill = f"! cat /dev/zero >>{journal}/full 2>&1; journalctl --sync"
    noise = "head -c 3000000 /dev/urandom | base64 -w 30000 | systemd-cat; journalctl --sync"  # fills the allocated journal file
    with while_(lean, f"mkdir -p {conf}; printf '[Journal]\nStorage=volatile\n' >{conf}/full.conf; "
                f"mount -t tmpfs -o size=2m tmpfs {journal}; systemctl restart systemd-journald; {fill}; {noise}; {fill}; "
                "ufw delete allow in on tailscale0; "
                "logger --tag lab-probe it is full; journalctl --sync; ! journalctl --quiet --identifier lab-probe | grep .",
                f"umount --lazy {journal}; rm {conf}/full.conf; systemctl restart systemd-journald; journalctl --flush"):
        ended = reconcile(lean)
    assert (ended.code, ended.bad) == (0, {}), ended.said
    assert verify(lean).bad == {}


@contextmanager
def read_only(host: Host, path: str) -> Iterator[None]:
    """A file that not even root may change or replace, because it is a mount. The lab's file system has no chattr +i."""
    with while_(host, f"mount --bind {path} {path}; mount -o remount,bind,ro {path}; ! touch {path}", f"umount {path}"):
        yield


def test_an_etc_hosts_that_cannot_be_changed(lean: Host, impatient: Callable[[], Report]) -> None:
    with read_only(lean, "/etc/hosts"):
        ended = impatient()
    assert (ended.code, ended.bad) == (0, {}), ended.said


def test_npm_that_the_kernel_kills_for_memory(converged: Host) -> None:
    shell(converged, "rm /var/lib/bootstrap-agent/stamps/openclaw-[0-9]*")
    with converged.follow([AGENT, "--reconcile"]):
        pid = wait_until(lambda: converged.run(["pgrep", "--exact", "npm ci"]).out.split(), SECONDS, "npm to run")[0]
        shell(converged, f"kill -KILL {pid}")
        ended = call(converged, "--status", "--wait")
    assert ended.code == 1
    assert "npm ci" in ended.why("openclaw/package") and "memory" in ended.why("openclaw/package")
    assert not any(converged.root.glob("opt/openclaw/.*.partial"))
    assert_over(converged)


def test_a_gateway_that_the_kernel_kills_for_memory(converged: Host) -> None:
    shell(converged, f"systemctl --user stop {GATEWAY}", user="ubuntu")
    show = f"systemctl --user show --property=MainPID --value {GATEWAY}"
    with converged.follow([AGENT, "--reconcile"]):
        pid = wait_until(lambda: int(shell(converged, show, user="ubuntu")), SECONDS, "the gateway to start")
        shell(converged, f"kill -KILL {pid}")
        ended = call(converged, "--status", "--wait")
    assert (ended.code, ended.bad) == (0, {}), "systemd starts it again, and the agent waits for that"
    assert verify(converged).bad == {}
