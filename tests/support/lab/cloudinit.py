"""What makes a root file system one of a Hetzner server to cloud-init, and the user-data that hands it the agent.

cloud-init's own datasource for Hetzner runs unchanged, on a machine that has no SMBIOS to show: so its reader of SMBIOS
answers what Hetzner's firmware says.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

from .metadata import INSTANCE_ID

DMI_MODULE = "/usr/lib/python3/dist-packages/cloudinit/dmi.py"

# Networking is the lab's, as it is the container's: there is no DHCP to ask. A cloud's image has its locale made already.
CONFIG_PATH = "/etc/cloud/cloud.cfg.d/99-lab.cfg"
CONFIG = "datasource_list: [Hetzner]\nnetwork: {config: disabled}\nlocale: false\n"


def patched_dmi(root: Path, last: int) -> str:
    """cloud-init's SMBIOS reader of that root, changed to see the server with that last byte of its address."""
    return (root / DMI_MODULE.lstrip("/")).read_text() + textwrap.dedent(f"""

        def read_dmi_data(key):
            return {{"system-manufacturer": "Hetzner", "system-product-name": "vServer",
                    "system-serial-number": "{INSTANCE_ID + last}"}}.get(key)
        """)


# Curl's own retries, within one deadline for everything; what was fetched gets its name only when its hash is right.
# Nothing here prints a secret, and a quoted heredoc is taken as it stands. `exec`, because the agent overwrites every copy of
# user-data, this script included, which a shell would still be reading.
_SCRIPT = """\
#!/bin/sh
set -eu
umask 077
dir=/root/bootstrap-agent
mkdir -p "$dir" && cd "$dir"
curl --fail --silent --show-error --location --proto '=https' --connect-timeout 15 --max-time 180 \\
  --retry 20 --retry-delay 3 --retry-all-errors --retry-max-time 600 --output agent.partial '{url}'
echo '{sha256}  agent.partial' | sha256sum --check --status || {{
  echo "{url}: its SHA-256 is $(sha256sum <agent.partial), not {sha256}" >&2
  exit 1
}}
chmod 755 agent.partial
mv agent.partial bootstrap-agent
cat >profile.yaml <<'END-OF-PROFILE'
{profile}END-OF-PROFILE
cat >secrets.yaml <<'END-OF-SECRETS'
{secrets}END-OF-SECRETS
exec ./bootstrap-agent --first-boot --profile "$dir/profile.yaml" --secrets "$dir/secrets.yaml"
"""


def user_data(url: str, sha256: str, profile: str, secrets: str, form: str = "script") -> str:
    """User-data that fetches the agent from ``url`` and runs its first boot; ``form`` is script or cloud-config."""
    script = _SCRIPT.format(url=url, sha256=sha256, profile=_lines(profile), secrets=_lines(secrets))
    if form == "script":
        return script
    # runcmd writes a string into a shell script of its own (an argument list would show it to every user)
    command = script.split("\n", 1)[1]
    return "#cloud-config\nruncmd:\n  - |\n" + textwrap.indent(command, "    ")


def secrets(tailscale_auth_key: str, anthropic_token: str, gateway_token: str | None = None) -> str:
    """The secrets file that the agent reads."""
    values = {"tailscale_auth_key": tailscale_auth_key, "anthropic_token": anthropic_token, "gateway_token": gateway_token}
    return "".join(f"{key}: {value}\n" for key, value in values.items() if value is not None)


def _lines(text: str) -> str:
    for end in ("END-OF-PROFILE", "END-OF-SECRETS"):
        if end in text.splitlines():
            raise ValueError(f"a line {end} would end the file too early")
    return text if not text or text.endswith("\n") else text + "\n"
