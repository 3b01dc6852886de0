"""What the agent names and does not change: a second gateway, a rule of sudo for a group, a port that passes ufw."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from agent_calls import reconcile, verify
from lab.host import Host
from lab.world import World

pytestmark = pytest.mark.parametrize("suite", ["noble"], indirect=True)

LEGACY = "/home/ubuntu/.config/systemd/user/clawdbot-gateway.service"
NFT = "table ip mine { chain pre { type nat hook prerouting priority dstnat; tcp dport 8443 dnat to 172.31.0.2:443; }; }"


@dataclass(frozen=True)
class Found:
    """Shell commands of root that make and end it; ``field`` and ``reason`` are what verification and a run say of it."""

    name: str
    make: str
    end: str
    resource: str
    field: str
    observed: str
    reason: str

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


FOUND = [
    Found("gateway of an earlier name", f"install -o ubuntu -g ubuntu /dev/null {LEGACY}", f"rm {LEGACY}", "openclaw/others",
          "another gateway", LEGACY, "disable --now clawdbot-gateway.service"),
    Found("gateway of root", "mkdir /root/.openclaw", "rmdir /root/.openclaw", "openclaw/others", "another gateway", "/root/.openclaw",
          "rm -r /root/.openclaw"),
    Found("sudo by a group", "groupadd ops; gpasswd -a ubuntu ops; echo '%ops ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/ops",
          "rm /etc/sudoers.d/ops; gpasswd -d ubuntu ops; groupdel ops", "user/sudoers", "sudo rule", "(ALL) NOPASSWD: ALL", "visudo"),
    Found("port that Docker publishes", "iptables -t nat -N DOCKER; iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER; "
          "iptables -t nat -A DOCKER ! -i docker0 -p tcp --dport 8080 -j DNAT --to-destination 172.31.0.2:80",
          "iptables -t nat -F PREROUTING; iptables -t nat -F DOCKER; iptables -t nat -X DOCKER", "ufw/forwarded", "port open past ufw",
          "8080/tcp to 172.31.0.2:80", "past ufw"),
    Found("port that nft forwards", f"nft '{NFT}'", "nft delete table ip mine", "ufw/forwarded", "port open past ufw",
          "8443/tcp to 172.31.0.2:443 (nft, table ip mine, chain pre)", "past ufw"),
]


@pytest.mark.parametrize("found", FOUND, ids=str)
def test_it_is_named_and_stays(lean: Host, found: Found) -> None:
    lean.run(["sh", "-ec", found.make]).check()
    try:
        seen, tried = verify(lean), reconcile(lean)
        still = verify(lean)
    finally:
        lean.run(["sh", "-ec", found.end]).check()
    assert seen.code == still.code == 2 and set(seen.bad) == set(still.bad) == {found.resource}
    assert found.observed in seen.fields(found.resource)[found.field]
    assert tried.code == 1 and set(tried.bad) == {found.resource}
    assert found.reason in tried.why(found.resource)
    assert verify(lean).bad == {}


def test_openclaw_is_refused_to_root_and_runs_as_the_gateways_user(lean: Host) -> None:
    refused = lean.run(["openclaw", "gateway", "install"])
    assert refused.code == 1 and refused.out == "" and "systemd-run --machine=ubuntu@.host --user --pty" in refused.err
    assert not lean.exists("/root/.openclaw")
    # The command that it names, without a terminal.
    as_user = ["systemd-run", "--machine=ubuntu@.host", "--user", "--pipe", "--wait", "--quiet", "--collect", "--", "openclaw", "config",
               "validate", "--json"]
    assert '"valid":true' in lean.run(as_user).check().out.replace(" ", "")


def test_a_second_user_of_the_port_is_named_before_the_gateway_starts(world: World, lean: Host) -> None:
    """He answers like a ready gateway; his answer counts for nothing, and no token is sent to him."""
    server = ("import http.server as h\nclass H(h.BaseHTTPRequestHandler):\n def do_GET(self):\n"
              "  body = b'{\"ready\":true,\"failing\":[]}'\n  self.send_response(200)\n"
              "  self.send_header('Content-Length', str(len(body)))\n  self.end_headers()\n  self.wfile.write(body)\n"
              " def log_message(self, *said):\n  open('/tmp/asked', 'a').write(str(self.headers))\n"
              "h.HTTPServer(('127.0.0.1', 18789), H).serve_forever()")
    gateway = ["systemctl", "--user", "--machine=ubuntu@.host"]
    lean.run([*gateway, "stop", "openclaw-gateway"]).check()
    lean.run(["systemd-run", "--unit=intruder", "--uid=nobody", "--property=ExecStartPost=/bin/sh -c "
              "'until curl -s http://127.0.0.1:18789/readyz; do :; done'", "python3", "-c", server]).check()
    try:
        tried = reconcile(lean)
    finally:
        lean.run(["systemctl", "stop", "intruder"]).check()
    assert tried.code == 1
    assert "port 18789 is held by python3 (pid " in tried.why("openclaw/unit") and "intruder.service" in tried.why("openclaw/unit")
    assert "Bearer" not in lean.read("/tmp/asked") and "oken" not in lean.read("/tmp/asked")
    repaired = reconcile(lean)
    assert (repaired.code, repaired.bad) == (0, {})
