"""Tailscale's programs, built from its Go module and packed as pkgs.tailscale.com packs them."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from .cache import cached
from .command import REPRODUCIBLE, run
from .golang import MODULE, go, goarch

UNITS = ("tailscaled.service", "tailscaled.defaults", "tailscale-online.target", "tailscale-wait-online.service")


@dataclass(frozen=True)
class Tailscale:
    """``tarball`` is tailscale_VERSION_ARCH.tgz, with .sha256 beside it; ``programs`` has tailscale and tailscaled."""

    version: str
    tarball: Path
    programs: Path

    @property
    def sha256(self) -> str:
        return self.tarball.with_name(f"{self.tarball.name}.sha256").read_text().strip()


def tailscale(arch: str = platform.machine()) -> Tailscale:
    """Tailscale for ``arch`` (uname's name): built once, minutes; of the version in tests/support/tailnet/go.mod."""
    directory = cached(f"tailscale-{goarch(arch)}", [Path(__file__), MODULE / "go.mod", MODULE / "go.sum"],
                       lambda directory: _build(directory, arch))
    (tarball,) = directory.glob("*.tgz")
    version = tarball.name.split("_")[1]
    return Tailscale(version, tarball, directory / tarball.name.removesuffix(".tgz"))


def _build(directory: Path, arch: str) -> None:
    module = json.loads(go("mod", "download", "-json", "tailscale.com"))
    version = module["Version"].removeprefix("v")
    name = f"tailscale_{version}_{goarch(arch)}"
    (directory / name / "systemd").mkdir(parents=True)
    stamps = " ".join(f"-X tailscale.com/version.{stamp}={version}" for stamp in ("shortStamp", "longStamp"))
    for program in ("tailscale", "tailscaled"):
        go("build", "-trimpath", "-ldflags", f"-s -w {stamps}", "-o", str(directory / name / program),
           f"tailscale.com/cmd/{program}", arch=arch)
    for unit in UNITS:
        shutil.copyfile(Path(module["Dir"]) / "cmd/tailscaled" / unit, directory / name / "systemd" / unit)
    tarball = directory / f"{name}.tgz"
    run(["tar", "--create", "--gzip", *REPRODUCIBLE, f"--directory={directory}", f"--file={tarball}", name], seconds=300)
    digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
    tarball.with_name(f"{tarball.name}.sha256").write_text(f"{digest}\n")


def tailnet() -> Path:
    """The control server's program: tests/support/tailnet, for this machine."""
    sources = sorted([*MODULE.glob("*.go"), MODULE / "go.mod", MODULE / "go.sum"])

    def build(directory: Path) -> None:
        go("build", "-trimpath", "-ldflags", "-s -w", "-o", str(directory / "tailnet"), ".")

    return cached("tailnet", [Path(__file__), platform.machine(), *sources], build) / "tailnet"
