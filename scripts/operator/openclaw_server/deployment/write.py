# SPDX-License-Identifier: Apache-2.0
"""The files that init writes."""

from __future__ import annotations

from openclaw_server.base.yaml import quoted
from openclaw_server.deployment.model import Deployment

IGNORED = "# Secrets belong in no repository, not even encrypted.\n*.age\n.*\n!.gitignore\n!.profile.schema.json\n"


def deployment_text(of: Deployment) -> str:
    """deployment.yaml, every key explained. Reading it gives the same deployment."""
    hashes = "".join(f"    {each}: {sha256}\n" for each, sha256 in of.release.sha256.items())
    kept = f"  store: {of.keeping.store}\n"
    if of.keeping.identity is not None:
        kept += f"  identity: {quoted(of.keeping.identity)}\n"
    if of.keeping.commands:
        kept += "  commands:\n"
        for name, argv in of.keeping.commands.items():
            kept += f"    {name}: [{', '.join(quoted(word) for word in argv)}]\n"
    return f"""\
# One gateway, for openclaw-server. No secret stands here: this file may be kept in git.

# How the tool knows its own server and firewall again. Never change it.
id: "{of.id}"
# Also the server's, the firewall's and the node's name.
name: {quoted(of.name)}
# Who you are, for others who work in the same project.
by: {quoted(of.by)}

server:
  type: {of.server_type}
  image: {of.image}
  # Cannot be changed later.
  location: {of.location}
  # The provider's daily backups. They cost, and they go with the server.
  backups: {"true" if of.backups else "false"}

release:
  # Where the server gets the agent: the folder of a release.
  url: {of.release.url}
  # The minisign key that signs it, and what it signed.
  key: {of.release.key}
  sha256:
{hashes}
secrets:
  # age: secrets.age beside this file, for a passphrase or `identity` (an age identity or ssh key). command: asked of programs.
  # environment: OPENCLAW_SERVER_HETZNER_TOKEN and so on, for CI.
{kept}"""


def profile_text(name: str) -> str:
    """profile.yaml: what differs from the agent's default profile."""
    return f"""\
# yaml-language-server: $schema=.profile.schema.json
# The desired state of the server. Only what differs from the agent's own default profile stands here; docs/PROFILE.md has every key.

tailscale:
  # The node's name; the tool looks for it on the tailnet.
  hostname: {quoted(name)}

# ufw:
#   allow: [{{port: 443, protocol: tcp, from: 203.0.113.0/24}}]
# openclaw:
#   model: anthropic/claude-opus-5
# reconcile_timer: true
"""
