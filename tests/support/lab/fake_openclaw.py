"""Versions of OpenClaw that nobody released: a few lines of JavaScript that are installed and started as the real one is.

They tell what happens when an update goes wrong, which the real one does only by accident; and one stands in for it on hosts whose
tests are about something else: with two hosts on two cores the real one took 45 s to be installed, and 15 to 35 s for each start.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from pathlib import Path

_ANSWER = """\
import http from "node:http";
const ready = %s;
http.createServer((request, answer) => {
  answer.writeHead(ready ? 200 : 503, {"content-type": "application/json"});
  answer.end(JSON.stringify({ready, failing: ready ? [] : ["made so by the test"]}));
}).listen(18789, "127.0.0.1");
"""

# What dist/index.js, the gateway, does.
READY = _ANSWER % "true"
NEVER_READY = _ANSWER % "false"
# With the database in which the agent looks whether the host's own command line is paired.
STANDS_IN = """\
import fs from "node:fs";
import {DatabaseSync} from "node:sqlite";
const state = process.env.HOME + "/.openclaw/state";
fs.mkdirSync(state, {recursive: true});
new DatabaseSync(state + "/openclaw.sqlite").exec(`
  create table if not exists device_identities (identity_key, device_id);
  create table if not exists device_pairing_paired (device_id, tokens_json);
  create table if not exists device_auth_tokens (device_id, role, token)`);
""" + READY
RUINS_ITS_CONFIGURATION = """\
import fs from "node:fs";
fs.writeFileSync(process.env.HOME + "/.openclaw/openclaw.json", "not what any version reads");
process.exit(1);
"""

# What the agent asks of the command line: `config validate --json`, and `acp`, which pairs it.
_COMMAND_LINE = """\
#!/usr/bin/env node
if (process.argv[2] === "acp") {
  const {DatabaseSync} = await import("node:sqlite");
  new DatabaseSync(process.env.HOME + "/.openclaw/state/openclaw.sqlite").exec(`
    delete from device_identities;
    insert into device_identities values ('primary', 'here');
    insert into device_pairing_paired values ('here', '{"operator":{"token":"made-up"}}');
    insert into device_auth_tokens values ('here', 'operator', 'made-up')`);
  console.log('{"jsonrpc":"2.0","id":0,"result":{}}');
  process.stdin.resume();
} else {
  console.log('{"valid":true}');
}
"""


def lock(directory: Path, version: str, gateway: str, url: str) -> str:
    """Makes a package of ``version`` in ``directory``, to be served at ``url``, and returns its package-lock.json."""
    package = {"name": "openclaw", "version": version, "type": "module", "bin": {"openclaw": "openclaw.mjs"}}
    files = {
        "package.json": json.dumps(package),
        "README.md": "Not OpenClaw.\n",
        "openclaw.mjs": _COMMAND_LINE,
        "dist/index.js": gateway,
        "scripts/postinstall-bundled-plugins.mjs": "",
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size, entry.mode = len(content.encode()), 0o755
            archive.addfile(entry, io.BytesIO(content.encode()))
    name = f"openclaw-{version}.tgz"
    (directory / name).write_bytes(packed.getvalue())
    integrity = f"sha512-{base64.b64encode(hashlib.sha512(packed.getvalue()).digest()).decode()}"
    return json.dumps({
        "name": "openclaw-tree", "lockfileVersion": 3, "requires": True,
        "packages": {
            "": {"name": "openclaw-tree", "dependencies": {"openclaw": version}},
            "node_modules/openclaw": {"version": version, "resolved": f"{url}/{name}", "integrity": integrity,
                                      "bin": {"openclaw": "openclaw.mjs"}},
        },
    })
