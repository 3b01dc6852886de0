"""What makes a root file system one of a Hetzner server to cloud-init, and what user-data is made of.

cloud-init's own datasource for Hetzner runs unchanged, on a machine that has no SMBIOS to show: so its reader of SMBIOS
answers what Hetzner's firmware says.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

from .metadata import INSTANCE_ID

DMI_MODULE = "/usr/lib/python3/dist-packages/cloudinit/dmi.py"

# Networking is the lab's, as it is the container's: there is no DHCP to ask. A cloud's image has its locale made already.
CONFIG_PATH = "/etc/cloud/cloud.cfg.d/99-lab.cfg"
VM_CONFIG = "locale: false\n"
CONFIG = "datasource_list: [Hetzner]\nnetwork: {config: disabled}\nlocale: false\n"


def patched_dmi(layers: Sequence[Path], last: int) -> str:
    """cloud-init's SMBIOS reader in ``layers``, changed to see the server with that last byte of its address."""
    present = (layer / DMI_MODULE.lstrip("/") for layer in layers)
    return next(module for module in present if module.exists()).read_text() + textwrap.dedent(f"""

        def read_dmi_data(key):
            return {{"system-manufacturer": "Hetzner", "system-product-name": "vServer",
                    "system-serial-number": "{INSTANCE_ID + last}"}}.get(key)
        """)


def multipart(script: str, cloud_config: str) -> str:
    """User-data of two parts as `cloud-init devel make-mime` makes it: the owner's own cloud-config, and a script beside it."""
    message = MIMEMultipart()
    message.attach(MIMEText(cloud_config, "cloud-config", "utf-8"))
    message.attach(MIMEText(script, "x-shellscript", "utf-8"))
    return message.as_string()


def secrets(tailscale_auth_key: str, anthropic_token: str, gateway_token: str | None = None) -> str:
    """The secrets file that the agent reads."""
    values = {"tailscale_auth_key": tailscale_auth_key, "anthropic_token": anthropic_token, "gateway_token": gateway_token}
    return "".join(f"{key}: {value}\n" for key, value in values.items() if value is not None)
