"""A change of the firewall that would lock the operator out, or that is not confirmed, is put back automatically."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from agent_calls import SECONDS, Report, call, reconcile, verify
from lab import net
from lab.completed import Completed
from lab.first_boot import AGENT
from lab.host import Host
from lab.merge import merge
from lab.wait import wait_until
from lab.world import World

pytestmark = pytest.mark.parametrize("suite", ["noble"], indirect=True)

PROFILE, OTHER = "/etc/bootstrap-agent/profile.yaml", "/root/profile.yaml"
RUN, REVERT = "bootstrap-agent-run.service", "bootstrap-agent-revert.service"
KEPT = "/var/lib/bootstrap-agent/ufw.before"
REVERTING = KEPT + ".reverting"
PUT_BACK = 240  # seconds
HANGS = "#!/bin/sh\nexec sleep 600\n"
WRAPPER = "/usr/local/sbin/iptables-save"
UFW_WRAPPER = "/usr/local/sbin/ufw"
SOON = "/usr/lib/systemd/system/bootstrap-agent-revert.timer.d/soon.conf"
# With this, a change takes longer than the timer.
SLOW = '#!/bin/sh\ncase $1 in status | show) ;; *) sleep 8 ;; esac\nexec /usr/sbin/ufw "$@"\n'
Ssh = Callable[..., Completed]


@pytest.fixture(scope="module")
def stranger(world: World) -> str:
    """The address of the lab's outsider."""
    return net.v4(world.instance.number, net.ROUTER)


@pytest.fixture
def ssh(world: World, lean: Host, tmp_path: Path) -> Iterator[Ssh]:
    """Logs in through the public SSH port as root, with a key. The profile is restored when the test ends."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    lean.write("/root/.ssh/authorized_keys", key.with_suffix(".pub").read_text(), mode=0o600)
    before = lean.read(PROFILE)
    options = ["-F", "/dev/null", "-i", key, "-oBatchMode=yes", "-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null",
               "-oLogLevel=ERROR", "-oConnectTimeout=5"]
    yield lambda *argv, timeout=SECONDS: world.outsider(["ssh", *options, f"root@{lean.v4}", *argv], timeout=timeout)
    lean.write(OTHER, before)
    assert call(lean, "--reconcile", "--profile", OTHER).bad == {}


def reconcile_with(host: Host, profile: str) -> Report:
    host.write(OTHER, merge(host.read(PROFILE), profile))
    return call(host, "--reconcile", "--profile", OTHER)


def allow(address: str) -> str:
    return f"ufw:\n  allow: [{{port: 22, protocol: tcp, from: {address}}}]\n"


def test_a_profile_that_would_lock_out_is_put_back(world: World, lean: Host, suite: str, stranger: str, ssh: Ssh) -> None:
    assert ssh("true").code == 255, "the public port is open"
    assert reconcile_with(lean, allow(stranger)).bad == {}
    ssh("true").check()

    lean.write(OTHER, merge(lean.read(PROFILE), allow("203.0.113.7")))
    ended = ssh(AGENT, "--reconcile", "--profile", OTHER)
    assert ended.code == 1, ended
    ssh("true").check()
    why = call(lean, "--status").why("ufw")
    assert f"from {stranger} to {lean.v4} port 22, could not be opened again" in why and "put back as it was" in why
    assert not lean.exists(KEPT)
    assert f"allow from {stranger}" in lean.run(["ufw", "show", "added"]).check().out

    # Over the tailnet the port may be closed: this operator has other access.
    world.operator.ssh(f"root@lean-{suite}", [AGENT, "--reconcile"], timeout=SECONDS).check()
    assert ssh("true").code == 255
    assert verify(lean).bad == {}


def test_a_rule_of_ones_own_that_cuts_the_tailnet_off_is_not_loaded(world: World, lean: Host, ssh: Ssh) -> None:
    rules = lean.read("/etc/ufw/before.rules")
    control = net.v4(world.instance.number, net.CONTROL)
    cut = f"\n-I ufw-before-output -d {control} -p tcp -m conntrack --ctstate NEW -j DROP\nCOMMIT"
    lean.run(["ufw", "disable"]).check()
    lean.write("/etc/ufw/before.rules", rules.replace("\nCOMMIT", cut), mode=0o640)
    ended = reconcile(lean)
    lean.write("/etc/ufw/before.rules", rules, mode=0o640)
    assert (ended.code, set(ended.bad)) == (1, {"ufw"})
    assert "control server can no longer be reached" in ended.why("ufw") and "put back as it was" in ended.why("ufw")
    assert lean.run(["ufw", "status"]).check().out == "Status: inactive\n"
    assert reconcile(lean).bad == {}


@pytest.mark.parametrize("cut", ["agent killed", "power cut", "power cut, ufw fails at first"])
def test_what_was_not_confirmed_is_put_back(lean: Host, stranger: str, ssh: Ssh, cut: str) -> None:
    assert reconcile_with(lean, allow(stranger)).bad == {}
    lean.write(OTHER, merge(lean.read(PROFILE), allow("203.0.113.7")))
    lean.write(WRAPPER, HANGS, mode=0o755)  # the agent hangs while it checks the operator's access
    with lean.follow([AGENT, "--reconcile", "--profile", OTHER]):
        wait_until(lambda: "sleep\x00600" in _commands(lean), 120, "the agent to check the operator's access")
        assert ssh("true").code == 255, "the change is not there"
        if cut.startswith("power cut"):
            lean.kill()
        else:
            lean.run(["systemctl", "kill", "--kill-whom=main", "--signal=KILL", RUN]).check()
            lean.run(["systemctl", "stop", RUN]).check()  # it would begin again
            lean.write(SOON, "[Timer]\nOnActiveSec=\nOnActiveSec=30s\n")  # three minutes are up sooner
            lean.run(["systemctl", "daemon-reload"]).check()
    (lean.root / WRAPPER.lstrip("/")).unlink()
    if cut.startswith("power cut"):
        if "fails" in cut:
            lean.write(UFW_WRAPPER, "#!/bin/sh\nexit 1\n", mode=0o755)
        lean.boot()
        lean.wait_booted()
        result = lean.run(["systemctl", "show", "--property=Result", "--value", REVERT]).check().out
        if "fails" in cut:
            assert (result, lean.exists(REVERTING)) == ("exit-code\n", True), "the boot has gone on, the revert has not ended"
            assert lean.run(["systemctl", "is-active", "ufw"]).out == "active\n"
            (lean.root / UFW_WRAPPER.lstrip("/")).unlink()
        else:
            assert result == "success\n"
    wait_until(lambda: not lean.exists(KEPT) and not lean.exists(REVERTING), PUT_BACK, "the firewall to be put back", poll=1)
    if lean.exists(SOON):
        (lean.root / SOON.lstrip("/")).unlink()
        lean.run(["systemctl", "daemon-reload"]).check()
    if cut.startswith("power cut"):  # where ufw works, the boot's own run makes the change again, and sees that the operator can connect
        lean.run([AGENT, "--status", "--wait"], timeout=SECONDS)
        assert set(verify(lean).bad) <= {"ufw"}
    else:
        ssh("true").check()
        lean.run([AGENT, "--status", "--wait"], timeout=SECONDS)
        assert "rule not in the profile" in verify(lean).fields("ufw")
    assert reconcile(lean).bad == {}
    assert ssh("true").code == 255


def test_a_change_that_outlives_the_timer_is_put_back(lean: Host, stranger: str, ssh: Ssh) -> None:
    assert reconcile_with(lean, allow(stranger)).bad == {}
    lean.write(OTHER, merge(lean.read(PROFILE), allow("203.0.113.7")))
    lean.write(UFW_WRAPPER, SLOW, mode=0o755)
    lean.write(SOON, "[Timer]\nOnActiveSec=\nOnActiveSec=15s\n")
    lean.run(["systemctl", "daemon-reload"]).check()
    changed = call(lean, "--reconcile", "--profile", OTHER)
    for path in (UFW_WRAPPER, SOON):
        (lean.root / path.lstrip("/")).unlink()
    lean.run(["systemctl", "daemon-reload"]).check()
    assert changed.why("ufw").endswith("it was put back before it could be confirmed; the firewall was put back as it was")
    beside = lean.run(["journalctl", "--boot", "--unit", REVERT]).check().out
    assert "it will be put back once more when the current run is over (pid " in beside
    assert lean.run(["systemctl", "show", "--property=ActiveState", "--value", REVERT]).check().out in ("failed\n", "inactive\n")
    assert not lean.exists(KEPT) and not lean.exists(REVERTING)
    ssh("true").check()
    assert reconcile(lean).bad == {}
    assert ssh("true").code == 255


def test_the_timer_repairs_drift_in_its_sandbox_and_gives_way_to_a_run(lean: Host, ssh: Ssh) -> None:
    assert reconcile_with(lean, "reconcile_timer: true\n").bad == {}
    assert "bootstrap-agent-reconcile.timer" in lean.run(["systemctl", "list-timers"]).check().out
    lean.run(["sh", "-ec", "ufw allow 8080/tcp; dpkg --purge nftables; echo '# mine' >>/etc/systemd/system/tailscaled.service; "
                   "rm /opt/node/current; systemctl start bootstrap-agent-reconcile"]).check()
    _wait_inactive(lean, "bootstrap-agent-reconcile.service")
    assert call(lean, "--status").bad == {}
    assert verify(lean).bad == {}

    lean.write(WRAPPER, HANGS, mode=0o755)
    lean.run(["ufw", "allow", "8080/tcp"]).check()
    with lean.follow([AGENT, "--reconcile"]):
        wait_until(lambda: "sleep\x00600" in _commands(lean), 120, "a run to be in its middle")
        lean.run(["systemctl", "start", "bootstrap-agent-reconcile"])
        _wait_inactive(lean, "bootstrap-agent-reconcile.service")
        shown = lean.run(["systemctl", "show", "--property=Result,ExecMainStatus", "bootstrap-agent-reconcile"]).check().out
        (lean.root / WRAPPER.lstrip("/")).unlink()
    assert sorted(shown.split()) == ["ExecMainStatus=4", "Result=success"]
    lean.run([AGENT, "--status", "--wait"], timeout=SECONDS)

    assert reconcile_with(lean, "reconcile_timer: false\n").bad == {}
    assert "bootstrap-agent-reconcile" not in lean.run(["systemctl", "list-unit-files", "--all"]).check().out


def test_settings_that_sshd_refuses_are_never_in_place(lean: Host, ssh: Ssh) -> None:
    lean.run(["rm", "/etc/ssh/sshd_config.d/00-bootstrap-agent.conf"]).check()
    lean.write("/etc/ssh/sshd_config.d/99-mine.conf", "NoSuchThing yes\n")
    ended = reconcile(lean)
    lean.run(["rm", "/etc/ssh/sshd_config.d/99-mine.conf"]).check()
    assert "NoSuchThing" in ended.why("sshd")
    assert not lean.exists("/etc/ssh/sshd_config.d/00-bootstrap-agent.conf")
    assert lean.run(["systemctl", "is-active", "ssh"]).out == "active\n"
    assert reconcile(lean).bad == {}


def _commands(host: Host) -> str:
    """The command lines of all processes of the host."""
    lines = []
    for path in (host.root / "proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_text(errors="replace"))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return "\n".join(lines)


def _wait_inactive(host: Host, unit: str) -> None:
    wait_until(lambda: host.run(["systemctl", "is-active", unit]).out.strip() in ("inactive", "failed"), SECONDS, f"the end of {unit}")
