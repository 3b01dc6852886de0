"""Single changes that the agent does not know about: --verify names each, --reconcile repairs it without any secret."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from agent_calls import reconcile, verify
from lab.host import Host

pytestmark = pytest.mark.parametrize("suite", ["noble"], indirect=True)

HOME_UNIT = "/home/ubuntu/.config/systemd/user/openclaw-gateway.service"
CONFIG = "/home/ubuntu/.openclaw/openclaw.json"
GATEWAY = "openclaw-gateway.service"
STOP = 400  # seconds: a gateway at work may take its unit's TimeoutStopSec=330


@dataclass(frozen=True)
class Drift:
    """``make`` is a shell command of ``user``. It must give a drift of ``field`` at ``resource``, observed as ``observed`` says in
    part. ``also``: the resources that can't be as desired either, because they depend on this one. ``real``: the test needs the
    real OpenClaw and not its replacement.
    """

    name: str
    make: str
    resource: str
    field: str
    observed: str = ""
    also: tuple[str, ...] = ()
    user: str = "root"
    real: bool = False

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


def _config(key: str, value: str) -> str:
    """Changes the value of ``key`` in the gateway's configuration, like its owner would do by hand."""
    return f"sed -i 's|\"{key}\": [^,]*|\"{key}\": {value}|' {CONFIG} && grep -q '\"{key}\": {value}' {CONFIG}"


TAILNET = ("tailscale/login", "tailscale/access", "tailscale/serve")
TAILSCALED = ("tailscale/service", *TAILNET)
RUNNING = ("openclaw/gateway", "openclaw/cli")

DRIFTS = [
    Drift("ufw disabled", "ufw disable", "ufw", "status", "inactive"),
    Drift("tailnet's rule deleted", "ufw delete allow in on tailscale0", "ufw", "rule", "absent"),
    Drift("inbound rule added", "ufw allow 8080/tcp", "ufw", "rule not in the profile", "allow 8080/tcp"),
    Drift("inbound rule for one source added", "ufw allow from 203.0.113.7 to any port 22 proto tcp", "ufw", "rule not in the profile",
          "allow from 203.0.113.7 to any port 22 proto tcp"),
    Drift("inbound allowed by default", "ufw default allow incoming", "ufw", "default incoming", "allow"),
    Drift("outbound denied by default", "ufw default deny outgoing", "ufw", "default outgoing", "deny"),
    Drift("boot unit off", "systemctl disable bootstrap-agent.service", "boot", "enabled", "disabled"),
    Drift("boot unit of an older agent", "echo '# older' >>/etc/systemd/system/bootstrap-agent.service", "boot",
          "bootstrap-agent.service", "changed"),
    Drift("rule files empty", "for file in /etc/ufw/*.rules; do : >$file; done", "ufw", "empty file", "/etc/ufw/"),
    Drift("IPv6 left unfiltered", "sed -i s/^IPV6=yes/IPV6=no/ /etc/default/ufw", "ufw", "IPv6", "not filtered"),
    Drift("metadata guard's table deleted", "nft delete table inet bootstrap_agent_metadata", "metadata", "169.254.169.254", "open"),
    Drift("metadata guard's rules flushed", "nft flush chain inet bootstrap_agent_metadata output", "metadata", "fe80::a9fe:a9fe", "open"),
    Drift("metadata guard off at boot", "systemctl disable bootstrap-agent-metadata", "metadata", "enabled", "disabled"),
    Drift("metadata guard's rules edited", "echo '# mine' >>/etc/bootstrap-agent/metadata.nft", "metadata", "rules file", "changed"),
    Drift("sshd drop-in removed", "rm /etc/ssh/sshd_config.d/00-bootstrap-agent.conf", "sshd", "drop-in", "absent"),
    Drift("user in group sudo", "usermod --append --groups sudo ubuntu", "user", "group sudo", "member", ("user/sudoers",)),
    Drift("user given a password", "echo ubuntu:a-password | chpasswd", "user/password", "password", "set"),
    Drift("linger off", "loginctl disable-linger ubuntu && while systemctl -q is-active user@$(id -u ubuntu); do sleep 0.1; done",
          "user/linger", "linger", "off", ("openclaw/unit", *RUNNING)),
    Drift("sudoers file changed", "echo 'ubuntu ALL=(root) NOPASSWD: /bin/cat' >>/etc/sudoers.d/bootstrap-agent", "user/sudoers",
          "content", "changed"),
    Drift("foreign grant added", "echo 'ubuntu ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/90-cloud-init-users", "user/sudoers",
          "grant in /etc/sudoers.d/90-cloud-init-users", "present"),
    Drift("package removed", "dpkg --purge nftables", "packages", "package nftables", "not installed", ("metadata",)),
    Drift("tailscaled stopped", "systemctl stop tailscaled", "tailscale/service", "active", "inactive", TAILNET),
    Drift("tailscaled's unit edited", "echo '# mine' >>/etc/systemd/system/tailscaled.service", "tailscale/service", "unit file",
          "changed"),
    Drift("drop-in for tailscaled", "mkdir /etc/systemd/system/tailscaled.service.d && printf '[Service]\\nEnvironment=A=1\\n' "
          ">/etc/systemd/system/tailscaled.service.d/mine.conf && systemctl daemon-reload", "tailscale/service",
          "drop-in /etc/systemd/system/tailscaled.service.d/mine.conf", "present"),
    Drift("tailscaled masked", "systemctl disable --now tailscaled && ln -sf /dev/null /etc/systemd/system/tailscaled.service && "
          "systemctl daemon-reload", "tailscale/service", "enabled", "masked", TAILNET),
    Drift("tailscale link broken", "ln -sfn /nonexistent /usr/local/bin/tailscale", "tailscale/package", "link /usr/local/bin/tailscale",
          "/nonexistent", ("tailscale/serve",)),
    Drift("other name in the tailnet", "tailscale set --hostname=other", "tailscale/login", "hostname", "other", ("tailscale/serve",)),
    Drift("Tailscale SSH off", "tailscale set --ssh=false --accept-risk=lose-ssh", "tailscale/login", "ssh", "off"),
    Drift("tailscale down", "tailscale down --accept-risk=lose-ssh", "tailscale/login", "state", "Stopped",
          ("tailscale/access", "tailscale/serve")),
    Drift("serve reset", "tailscale serve reset", "tailscale/serve", "served", "nothing"),
    Drift("serve leads elsewhere", "tailscale serve reset && tailscale serve --bg --yes 9999", "tailscale/serve", "served",
          "127.0.0.1:9999"),
    Drift("Node deleted", "rm -r /opt/node/24.21.0", "node", "version", "absent", ("openclaw/unit", "openclaw/cli")),
    Drift("npm link removed", "rm /usr/local/bin/npm", "node", "link /usr/local/bin/npm", "absent"),
    Drift("nvm shim removed", "rm ~/.nvm/nvm.sh", "node/nvm-shim", "~/.nvm/nvm.sh", "absent", user="ubuntu"),
    Drift("openclaw command a link", "ln -sfn /opt/openclaw/current/node_modules/openclaw/openclaw.mjs /usr/local/bin/openclaw",
          "openclaw/command", "/usr/local/bin/openclaw", "changed"),
    Drift("file of openclaw's tree removed", "rm /opt/openclaw/current/node_modules/openclaw/README.md", "openclaw/package", "version",
          "not as it was made"),
    Drift("build account removed", "userdel openclaw-build", "openclaw/builder", "account", "absent"),
    Drift(".env readable for all", "chmod 644 ~/.openclaw/.env", "openclaw/env", "mode", "0644", user="ubuntu"),
    Drift("state directory readable for all", "chmod 755 ~/.openclaw", "openclaw/env", "~/.openclaw", "0755", user="ubuntu"),
    Drift("gateway bound to every address", _config("bind", '"lan"'), "openclaw/config", "/gateway/bind", "lan", user="ubuntu", real=True),
    Drift("every proxy trusted", f"sed -i 's|\"127.0.0.1\"|\"0.0.0.0/0\"|' {CONFIG}", "openclaw/config", "/gateway/trustedProxies",
          "0.0.0.0/0", user="ubuntu", real=True),
    Drift("configuration readable for all", "chmod 644 ~/.openclaw/openclaw.json", "openclaw/config", "mode", "0644", user="ubuntu"),
    Drift("gateway stopped", f"systemctl --user stop {GATEWAY}", "openclaw/unit", "active", "inactive", RUNNING, user="ubuntu",
          real=True),
    Drift("gateway disabled", f"systemctl --user disable {GATEWAY}", "openclaw/unit", "enabled", "disabled", user="ubuntu"),
    Drift("gateway's unit edited", f"echo 'Environment=A=1' >>{HOME_UNIT}", "openclaw/unit", "unit file", "changed", user="ubuntu"),
    Drift("gateway masked", f"ln -sf /dev/null {HOME_UNIT} && systemctl --user daemon-reload", "openclaw/unit", "unit file", "masked",
          user="ubuntu", real=True),
    Drift("drop-in for the gateway", f"printf '[Service]\\nExecStart=\\nExecStart=/bin/sleep inf\\n' >{HOME_UNIT}.d/mine.conf && "
          "systemctl --user daemon-reload", "openclaw/unit", f"drop-in {HOME_UNIT}.d/mine.conf", "present", user="ubuntu"),
    Drift("groups of a running manager", "usermod -aG adm,sudo ubuntu; systemctl restart user@$(id -u ubuntu); "
          "timeout 60 sh -c 'until curl -sf http://127.0.0.1:18789/readyz; do sleep 0.1; done'", "user/linger",
          "group adm of the running user manager", "member", ("user", "user/sudoers")),
    Drift("user-data left behind", "install -D -m 600 ~ubuntu/.openclaw/.env /var/lib/cloud/instances/other/user-data.txt", "seal",
          "copy /var/lib/cloud/instances/other/user-data.txt", "present"),
]


@pytest.mark.parametrize("drift", [drift for drift in DRIFTS if not drift.real], ids=str)
def test_drift_is_named_and_repaired(lean: Host, drift: Drift) -> None:
    assert_named_and_repaired(lean, drift)


@pytest.mark.parametrize("drift", [drift for drift in DRIFTS if drift.real], ids=str)
def test_drift_of_the_gateway_is_named_and_repaired(converged: Host, drift: Drift) -> None:
    assert_named_and_repaired(converged, drift)


def assert_named_and_repaired(host: Host, drift: Drift) -> None:
    shell = ["sh", "-ec", drift.make]
    login = {"XDG_RUNTIME_DIR": f"/run/user/{host.run(['id', '-u', 'ubuntu']).out.strip()}"}
    host.run(shell, user=None if drift.user == "root" else drift.user, env=login if drift.user == "ubuntu" else None,
             timeout=STOP).check()
    try:
        seen = verify(host)
    finally:
        repaired = reconcile(host)
    assert seen.code == 2
    assert drift.field in seen.fields(drift.resource), seen.bad
    assert drift.observed in seen.fields(drift.resource)[drift.field]
    assert set(seen.bad) == {drift.resource, *drift.also}
    assert (repaired.code, repaired.bad) == (0, {})
    assert repaired.report["changes"] > 0
    assert verify(host).bad == {}
