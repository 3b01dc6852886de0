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
from typing import Union

from . import parts
from .command import run
from .completed import Completed
from .emulation import emulated
from .host import Host
from .rootfs import rootfs
from .vm import VM
from .wait import wait_until
from .world import World

REPOSITORY = Path(__file__).resolve().parents[3]
Server = Union[Host, VM]
AGENT = "/usr/local/sbin/bootstrap-agent"

_BOOT = 300  # seconds until cloud-init has brought the agent
_CONVERGE = 2700


def say(text: str) -> None:
    print(f"first-boot: {text}", flush=True)


def build_agent(arch: str = platform.machine()) -> Path:
    """The static agent for ``arch`` (uname's name), built if anything has changed."""
    run(["nice", REPOSITORY / "scripts/build", "--release", "--arch", arch], cwd=REPOSITORY, seconds=3600)
    return REPOSITORY / f"build/release-{arch}/bootstrap-agent"


def prepare(suite: str, arch: str) -> None:
    """Makes what is slow to make, side by side."""
    began = time.monotonic()
    say("building the agent, and the parts of its world that are not in the cache (minutes, the first time)")
    with ThreadPoolExecutor() as pool:
        for part in [pool.submit(_build_agents, arch), pool.submit(parts.prepare, arch), pool.submit(rootfs, suite, arch)]:
            part.result()
    say(f"built, in {_span(time.monotonic() - began)}")


def boot(world: World, suite: str, profile: str) -> tuple[Server, Completed]:
    """A new host's first boot, shown as it goes; returns the host and what --verify said at the end."""
    host: Server = world.vm(suite) if emulated(world.arch) else world.host(suite)
    host.user_data = world.user_data(build_agent(), world.secrets(), profile, served=build_agent(world.arch))
    began = time.monotonic()
    host.boot()
    say(f"host {host.name} ({suite}, {world.arch}) is powered on")
    host.wait_up()
    say(f"systemd is up after {time.monotonic() - began:.1f} s; cloud-init brings the agent")
    with _shown(host):
        wait_for_agent(host)
    say(f"the first boot has ended {time.monotonic() - began:.1f} s after power-on")
    verified = host.run([AGENT, "--verify"], timeout=300)
    took = time.monotonic() - began
    print(verified.out + verified.err, flush=True)
    say(f"{'verified' if verified.code == 0 else 'NOT verified'} {took:.1f} s after power-on")
    return host, verified


def wait_for_agent(host: Server) -> Completed:
    """Waits until the first boot has ended, well or not; returns what --status said of it."""

    def installed_or_ended() -> bool:
        return host.exists(AGENT) or _payload_ended(host)

    def status() -> Completed | None:
        answer = host.run([AGENT, "--status", "--wait"], timeout=_CONVERGE)
        return answer if answer.code != 2 or _payload_ended(host) else None  # 2: it has not begun yet

    wait_until(installed_or_ended, _BOOT * host.patience, f"cloud-init to bring the agent to {host.name}", poll=0.2)
    if not host.exists(AGENT):
        raise AssertionError(f"user-data ended, and there is no {AGENT}:\n{host.console_tail()}")
    return wait_until(status, _CONVERGE * host.patience, "the agent to begin", poll=0.2)


def gateway_url(host: Server) -> str | None:
    """Where the gateway is in the tailnet, as the host's own tailscaled has it."""
    status = host.run(["tailscale", "status", "--json"])
    name = json.loads(status.out)["Self"]["DNSName"] if status.code == 0 else ""
    return f"https://{name.rstrip('.')}/" if name else None


def first_boot(suite: str, arch: str, profile: str, keep: bool, shell: bool) -> int:
    """The whole of it. Returns the exit code: 0 only when the gateway was verified, and answers the operator."""
    prepare(suite, arch)
    with World(arch) as world:
        host, verified = boot(world, suite, profile)
        url = gateway_url(host)
        answer = world.operator.http_status(url, timeout=60 * host.patience) if url else 0
        say(f"{url or 'no node in the tailnet'}: " + (f"answers the operator's laptop with {answer}" if answer else "no answer"))
        if shell:
            subprocess.call(host.shell())
        if keep:
            world.instance.keep()
            say(f"the host stays up. Look inside:  sudo {shlex.join(host.shell())}")
            say("remove it:  sudo scripts/first-boot --down")
    return 0 if verified.code == 0 and answer == 200 else 1


def _build_agents(arch: str) -> None:
    """The one that is served, and the one that renders user-data here."""
    for built in {arch, platform.machine()}:
        build_agent(built)


def _payload_ended(host: Server) -> bool:
    return host.exists("/run/cloud-init/result.json")  # what `cloud-init status` looks at, for seconds when emulated


@contextmanager
def _shown(host: Server) -> Iterator[None]:
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
        wait_until(lambda: shown >= said, 30 * host.patience, "the journal to be shown")


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"
