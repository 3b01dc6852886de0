#!/usr/bin/python3
"""sbom.py FOLDER VERSION COMMIT SOURCES: describes the binaries FOLDER/bootstrap-agent-ARCH in FOLDER/sbom.cdx.json (CycloneDX
1.5), and puts the agent's licence and those of all that is linked into FOLDER/LICENSES. SOURCES holds the unpacked sources. The
same input gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import components
from components import REPOSITORY, Component, pool

OURS = "Apache-2.0"  # the agent's own licence, SPDX; its text is the repository's LICENSE
COMMON = Path("/usr/share/common-licenses")


def sha256(value: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": value}]


def reference(component: Component) -> str:
    return f"{component.name}-{component.arch}" if component.arch else component.name


def describe(component: Component) -> dict[str, Any]:
    arch = f"?arch={component.arch}" if component.arch else "?arch=source" if component.patches is not None else "?arch=all"
    out: dict[str, Any] = {
        "type": "library",
        "bom-ref": reference(component),
        "name": component.name,
        "version": component.version,
        "licenses": [{"expression": component.licence}],
        "purl": f"pkg:deb/debian/{quote(component.package)}@{quote(component.version)}{arch}",
    }
    if component.arch:  # its source is not pinned, so what is known is the file that was linked
        out["hashes"] = sha256(component.files[0].sha256)
        out["properties"] = [
            {"name": "linked-file", "value": component.files[0].name},
            {"name": "patches", "value": f"Debian's, in the source of {component.package} {component.version}"},
        ]
    else:
        out["externalReferences"] = [
            {"type": "distribution", "url": pool(component.name, file.name), "hashes": sha256(file.sha256)}
            for file in component.files]
        if component.patches is not None:
            out["pedigree"] = {"patches": [{"type": "unofficial", "diff": {"url": quote(patch)}}
                                           for patch in component.patches]}
        else:
            out["properties"] = [{"name": "patches", "value": "taken from Debian's package, which has none or names none"}]
    if component.parts:
        out["components"] = [{"type": "library", "name": name, "licenses": [{"expression": licence}]}
                             for name, licence in component.parts]
    return out


def bill(folder: Path, version: str, commit: str, binaries: dict[str, Path], linked: list[Component]) -> dict[str, Any]:
    files = [{"type": "file", "bom-ref": path.name, "name": path.name, "version": version,
              "hashes": sha256(hashlib.sha256(path.read_bytes()).hexdigest())} for path in binaries.values()]
    depends = [{"ref": "bootstrap-agent", "dependsOn": [path.name for path in binaries.values()]}]
    for arch, path in binaries.items():
        depends.append({"ref": path.name, "dependsOn": [reference(c) for c in linked if c.arch in ("", arch)]})
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "bootstrap-agent", "name": "bootstrap-agent", "version": version,
                                   "licenses": [{"expression": OURS}],
                                   "properties": [{"name": "commit", "value": commit}]}},
        "components": files + [describe(component) for component in linked],
        "dependencies": depends,
    }


def keep_licences(folder: Path, linked: list[Component]) -> None:
    """The agent's own; Debian's copyright file of each library, with all its notices, and the full texts that these only
    refer to."""
    folder.mkdir()
    shutil.copyfile(REPOSITORY / "LICENSE", folder / "bootstrap-agent")
    texts = set()
    for component in linked:
        shutil.copyfile(component.copyright, folder / reference(component))
        notice = component.copyright.read_text(encoding="utf-8", errors="replace")
        texts |= {name.rstrip(".") for name in re.findall(r"/usr/share/common-licenses/([A-Za-z0-9.-]+)", notice)}
    for name in sorted(texts):
        shutil.copyfile(COMMON / name, folder / f"{name}.txt")


def main() -> None:
    folder, sources = Path(sys.argv[1]), Path(sys.argv[4])
    version, commit = sys.argv[2:4]
    binaries = {path.name.removeprefix("bootstrap-agent-"): path
                for path in sorted(folder.glob("bootstrap-agent-*")) if path.name.endswith(("-aarch64", "-x86_64"))}
    linked = components.components(sources, list(binaries))
    text = json.dumps(bill(folder, version, commit, binaries, linked), indent=1) + "\n"
    (folder / "sbom.cdx.json").write_text(text, encoding="utf-8")
    keep_licences(folder / "LICENSES", linked)


main()
