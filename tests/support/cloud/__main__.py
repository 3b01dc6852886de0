# SPDX-License-Identifier: Apache-2.0
"""`PYTHONPATH=tests/support python3 -m cloud`: the double alone, to try a client by hand. Its servers are in memory; Ctrl-C ends it."""

from __future__ import annotations

import threading

from cloud import Cloud

with Cloud() as cloud:
    print(f"export HCLOUD_ENDPOINT={cloud.endpoint} HCLOUD_TOKEN={cloud.token}", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
