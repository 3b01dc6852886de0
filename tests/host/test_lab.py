"""Tests of the lab: real first boots, separate hosts, and complete removal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from lab import instance, net
from lab.host import Host
from lab.merge import merge
from lab.wait import Late, wait_until
from lab.world import World

SUPPORT = Path(__file__).parent.parent / "support"
NewHost = Callable[[str], Host]


@pytest.fixture(scope="module")
def up(world: World, suite: str):
    """A host whose payload has run, for the tests that change nothing of it."""
    host = world.host(suite)
    host.user_data = "#!/bin/sh\necho said by the payload\nenv >/root/environment\n"
    host.boot()
    assert host.wait_booted() == "running"
    yield host
    host.remove()


def test_the_payload_comes_by_hetzners_datasource(world: World, up: Host) -> None:
    asked = world.metadata.requests(up.last)[:3]
    # Where a DHCP client is the image's own, cloud-init first tries whether the network is there.
    assert [path for path in asked if path != "/hetzner/v1/metadata/instance-id"][:2] == ["/hetzner/v1/metadata", "/hetzner/v1/userdata"]
    assert "DataSourceHetzner" in up.run(["cloud-init", "status", "--long"]).check().out + up.read("/var/log/cloud-init-output.log")
    assert "said by the payload" in up.read("/var/log/cloud-init-output.log")
    assert "said by the payload" in up.run(["journalctl", "--boot"]).check().out
    assert "HOME=" not in up.read("/root/environment")


def test_a_command_runs_as_a_service_and_tells_all(up: Host) -> None:
    done = up.run(["sh", "-c", "cat; cat /proc/self/cgroup; echo oops >&2; exit 7"], input="given\n")
    assert (done.code, done.err) == (7, "oops\n")
    assert done.out.startswith("given\n") and "/system.slice/lab-run-" in done.out
    assert up.run(["id", "-un"], user="nobody").check().out == "nobody\n"


def test_a_command_that_takes_too_long_is_killed(up: Host) -> None:
    with pytest.raises(Late):
        up.run(["sleep", "987"], timeout=1)
    wait_until(lambda: up.run(["pgrep", "-x", "-f", "sleep 987"]).code == 1, 10, "the killed command to be gone")


def test_files_are_read_and_written_from_outside(up: Host) -> None:
    up.write("/etc/new/file", "text\n", mode=0o640)
    assert up.run(["stat", "-c", "%a %U", "/etc/new/file"]).check().out == "640 root\n"
    up.run(["sh", "-c", "echo in memory >/run/there"]).check()
    assert up.read("/run/there") == "in memory\n"


def test_metadata_is_served_on_both_addresses_to_any_user(up: Host) -> None:
    for address in (net.METADATA_V4, f"[{net.METADATA_V6}%25eth0]"):
        got = up.run(["curl", "-fsS", "--max-time", "10", f"http://{address}/hetzner/v1/userdata"], user="nobody").check()
        assert got.out.encode() == up.user_data


def test_an_outsider_reaches_open_ports_by_v4_and_v6(world: World, up: Host) -> None:
    """Ports that later tests find closed must be reachable here."""
    for address in (up.v4, up.v6):
        assert "SSH-2.0" in world.outsider(["ssh-keyscan", "-T", "10", address]).err


def test_names_and_packages_come_from_the_real_internet(up: Host) -> None:
    up.run(["apt-get", "update"], timeout=300).check()
    assert up.run(["getent", "hosts", "nobody-has-this.test"]).code == 2


def test_each_host_gets_its_own_user_data_and_keeps_its_disk(new_host: NewHost) -> None:
    first, second = new_host("noble"), new_host("noble")
    first.user_data = "#!/bin/sh\necho first >/root/who\n"
    second.user_data = "#cloud-config\nruncmd:\n  - echo second >/root/who\n"
    for host in (first, second):
        host.boot()
    for host, who in ((first, "first\n"), (second, "second\n")):
        host.wait_booted()
        assert host.read("/root/who") == who
    second.power_off()
    assert second.read("/root/who") == "second\n"


def test_a_boot_keeps_the_disk_and_not_the_firewall(new_host: NewHost, suite: str) -> None:
    host = new_host(suite)
    host.boot()
    host.wait_booted()
    before = host.run(["cat", "/proc/sys/kernel/random/boot_id", "/etc/machine-id"]).check().out
    host.run(["sh", "-c", "echo kept >/root/kept; ip route add blackhole 203.0.113.0/24"]).check()
    host.reboot()
    assert host.read("/root/kept") == "kept\n"
    assert "blackhole" not in host.run(["ip", "route"]).check().out
    assert before.splitlines()[1] == host.read("/etc/machine-id").strip()
    assert len(host.run(["journalctl", "--list-boots", "--quiet"]).check().out.split("\n")) >= 2
    host.kill()
    assert not host.running
    host.boot()
    host.wait_up()
    assert host.read("/root/kept") == "kept\n"


def test_the_operator_and_a_host_meet_in_the_tailnet(world: World, new_host: NewHost, suite: str) -> None:
    """The services that the gateway needs: control, relay, ACME, MagicDNS, Tailscale SSH."""
    host = new_host(suite)
    host.boot()
    host.wait_booted()
    tarball = world.parts.tailscale.tarball.name
    host.run(["sh", "-ec", f"cd /opt; curl -fsS https://mirror.test/stable/{tarball} | tar -xz --strip-components=1; "
              "install tailscale /usr/bin; install tailscaled /usr/sbin; cp systemd/tailscaled.service /etc/systemd/system/; "
              "systemctl daemon-reload; systemctl start tailscaled"]).check()
    name = f"meet-{suite}"
    host.write("/root/key", world.auth_key(), mode=0o600)
    host.run(["tailscale", "up", "--auth-key=file:/root/key", f"--login-server={world.services.control_url}", "--ssh",
              f"--hostname={name}", "--timeout=60s"]).check()
    host.run(["systemd-run", "--working-directory=/opt/systemd", "python3", "-m", "http.server", "--bind", "127.0.0.1",
              "18789"]).check()
    host.run(["tailscale", "serve", "--bg", "18789"]).check()
    operator = world.operator
    wait_until(lambda: f"{name}.lab.ts.net" in operator.peers(), 60, "the operator to see the host")
    url = f"https://{name}.lab.ts.net/tailscaled.service"
    wait_until(lambda: operator.http_status(url) == 200, 120, f"{url} with a verified certificate")
    assert operator.ssh(f"root@{name}", ["sh", "-c", "echo $0 'one arg'; cat"], input="in").check().out == "sh one arg\nin"
    host.run(["getent", "hosts", "deb.debian.org"]).check()  # names outside the tailnet still resolve


def test_a_profile_of_ones_own_keeps_its_keys_under_the_labs() -> None:
    own = "# mine\nopenclaw:\n  model: x/y  # a comment\n  lock:\n    url: a\nufw:\n  allow: [{port: 443}]\n"
    lab = "openclaw:\n  lock:\n    url: \"b\"\nnode:\n  version: 1\n"
    assert merge(own, lab) == ("openclaw:\n  model: x/y\n  lock:\n    url: \"b\"\nufw:\n  allow: [{port: 443}]\n"
                               "node:\n  version: 1\n")
    with pytest.raises(ValueError, match="line 2"):
        merge("ufw:\n  - port\n", lab)
    with pytest.raises(ValueError, match="openclaw: {model: x}"):
        merge("openclaw: {model: x}\n", lab)


def test_nothing_is_left(suite: str) -> None:
    with World() as world:
        name = world.instance.name
        host = world.host(suite)
        host.boot()
        host.wait_up()
        assert traces(name), "the test sees nothing even while a lab is up"
    assert traces(name) == []


def test_nothing_is_left_of_a_lab_whose_owner_was_killed() -> None:
    owner = subprocess.Popen([sys.executable, "-c", "from lab.world import World\nimport signal\n"
                              "with World() as world:\n"
                              "    host = world.host('bookworm'); host.boot(); host.wait_up()\n"
                              "    print(world.instance.number, flush=True); signal.pause()"],
                             env=dict(os.environ, PYTHONPATH=str(SUPPORT)), stdout=subprocess.PIPE, text=True)
    number = int(owner.stdout.readline())
    assert number in instance.in_use()
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    assert traces(f"{net.PREFIX}{number}"), "a killed owner cannot have cleaned up"
    with World() as world:  # removes the old lab before it takes a number
        assert world.instance.number == number or not traces(f"{net.PREFIX}{number}")
    assert traces(f"{net.PREFIX}{number}") == []


def test_two_labs_and_the_machine_itself_as_before() -> None:
    forwarding = Path("/proc/sys/net/ipv4/ip_forward")
    alone = not list(instance.BASE.glob("[0-9]*"))
    before = forwarding.read_text()
    with World() as first, World() as second:
        assert first.instance.name != second.instance.name
        hosts = [first.host("noble"), second.host("noble")]
        for host in hosts:
            host.boot()
        for host in hosts:
            host.wait_booted()
            host.run(["curl", "-fsS", "https://control.test/key?v=130"]).check()
        assert forwarding.read_text() == "1\n"
    assert not alone or forwarding.read_text() == before


def traces(name: str) -> list[str]:
    """Everything of the lab ``name`` on the machine: processes, mounts, namespaces, links, routes, tables, files."""
    number = name.removeprefix(net.PREFIX)
    directory = str(instance.BASE / number)
    found = [f"namespace {ns}" for ns in net.namespaces() if ns.startswith(f"{name}-")]
    for argv in (["ip", "-o", "link"], ["ip", "route"], ["nft", "list", "tables"], ["cat", "/proc/self/mountinfo"]):
        lines = subprocess.run(argv, check=True, capture_output=True, text=True).stdout.splitlines()
        marks = (f" {name} ", f" {name}:", f" {name}@", f" {directory}/", f"10.99.{number}.", f"-{name}", f"/{name}-")
        found += [f"{argv[0]}: {line}" for line in lines if any(mark in f" {line} " for mark in marks)]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (process / "stat").read_text().rpartition(")")[2].split()[:2]
            # The machine's init reaps an ended orphan, but maybe later.
            if f"/{name}/" in (process / "cgroup").read_text() and (state != "Z" or int(parent) == os.getpid()):
                found.append(f"process {process.name}: {(process / 'cmdline').read_bytes().split(bytes(1))}")
        except (FileNotFoundError, ProcessLookupError):
            continue
    found += [str(path) for path in (Path(directory), Path(f"/etc/netns/{name}-op")) if path.exists()]
    alone = not any(instance.BASE.glob("[0-9]*"))
    if alone and (instance.BASE / "machine-before.json").exists():
        found.append("the machine's own settings were not put back")
    return found
