"""From nothing to a verified gateway, before your eyes: what scripts/first-boot does."""

from __future__ import annotations

import json
import platform
import shlex
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from . import parts
from .command import run
from .completed import Completed
from .host import Host
from .rootfs import rootfs
from .wait import wait_until
from .world import World

REPOSITORY = Path(__file__).resolve().parents[3]
AGENT = "/usr/local/sbin/bootstrap-agent"

_BOOT = 300  # seconds until cloud-init has brought the agent
_CONVERGE = 2700


def say(text: str) -> None:
    print(f"first-boot: {text}", flush=True)


def build_agent() -> Path:
    """The static agent for this machine's architecture, built if anything has changed."""
    run(["nice", REPOSITORY / "scripts/build", "--release"], cwd=REPOSITORY, seconds=3600)
    return REPOSITORY / f"build/release-{platform.machine()}/bootstrap-agent"


def prepare(suite: str) -> Path:
    """Makes what is slow to make, side by side, and returns the agent."""
    began = time.monotonic()
    say("building the agent, and the parts of its world that are not in the cache (minutes, the first time)")
    with ThreadPoolExecutor() as pool:
        agent, others = pool.submit(build_agent), [pool.submit(parts.prepare), pool.submit(rootfs, suite)]
        for other in others:
            other.result()
        built = agent.result()
    say(f"built, in {_span(time.monotonic() - began)}")
    return built


def boot(world: World, suite: str, agent: Path, profile: str) -> tuple[Host, Completed]:
    """A new host's first boot, shown as it goes; returns the host and what --verify said at the end."""
    host = world.host(suite)
    host.user_data = world.user_data(agent, world.secrets(), profile)
    began = time.monotonic()
    host.boot()
    say(f"host {host.name} ({suite}) is powered on")
    host.wait_up()
    say(f"systemd is up after {time.monotonic() - began:.1f} s; cloud-init brings the agent")
    with _shown(host):
        wait_for_agent(host)
    verified = host.run([AGENT, "--verify"], timeout=300)
    took = time.monotonic() - began
    print(verified.out + verified.err, flush=True)
    say(f"{'verified' if verified.code == 0 else 'NOT verified'} {took:.1f} s after power-on")
    return host, verified


def wait_for_agent(host: Host) -> Completed:
    """Waits until the first boot has ended, well or not; returns what --status said of it."""

    def installed_or_ended() -> bool:
        return host.exists(AGENT) or _payload_ended(host)

    def status() -> Completed | None:
        answer = host.run([AGENT, "--status", "--wait"], timeout=_CONVERGE)
        return answer if answer.code != 2 or _payload_ended(host) else None  # 2: it has not begun yet

    wait_until(installed_or_ended, _BOOT, f"cloud-init to bring the agent to {host.name}", poll=0.2)
    if not host.exists(AGENT):
        raise AssertionError(f"user-data ended, and there is no {AGENT}:\n{host.console_tail()}")
    return wait_until(status, _CONVERGE, "the agent to begin", poll=0.2)


def gateway_url(host: Host) -> str | None:
    """Where the gateway is in the tailnet, as the host's own tailscaled has it."""
    status = host.run(["tailscale", "status", "--json"])
    name = json.loads(status.out)["Self"]["DNSName"] if status.code == 0 else ""
    return f"https://{name.rstrip('.')}/" if name else None


def first_boot(suite: str, profile: str, keep: bool, shell: bool) -> int:
    """The whole of it. Returns the exit code: 0 only when the gateway was verified, and answers the operator."""
    agent = prepare(suite)
    with World() as world:
        host, verified = boot(world, suite, agent, profile)
        url = gateway_url(host)
        answer = world.operator.http_status(url) if url else 0
        say(f"{url or 'no node in the tailnet'}: " + (f"answers the operator's laptop with {answer}" if answer else "no answer"))
        if shell:
            subprocess.call(host.shell())
        if keep:
            world.instance.keep()
            say(f"the host stays up. Look inside:  sudo {shlex.join(host.shell())}")
            say("remove it:  sudo scripts/first-boot --down")
    return 0 if verified.code == 0 and answer == 200 else 1


def _payload_ended(host: Host) -> bool:
    return "status: running" not in host.run(["cloud-init", "status"]).out


@contextmanager
def _shown(host: Host) -> Iterator[None]:
    """Shows what the agent says in the journal during the block, to the last line."""
    agents_lines = ["journalctl", "--lines=all", "--output=cat", "SYSLOG_IDENTIFIER=bootstrap-agent"]
    shown = 0

    def show(journal: subprocess.Popen) -> None:
        nonlocal shown
        for line in journal.stdout:
            print(f"  {line}", end="", flush=True)
            shown += 1

    with host.follow([*agents_lines, "--follow"]) as journal:
        threading.Thread(target=show, args=(journal,), daemon=True).start()
        yield
        host.run(["journalctl", "--sync"])
        said = len(host.run(agents_lines).out.splitlines())
        wait_until(lambda: shown >= said, 30, "the journal to be shown")


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"
