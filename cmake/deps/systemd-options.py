"""Prints -D options that switch off every optional part of systemd; argument: its meson_options.txt.

meson's --auto-features=disabled does not do it: systemd 252 declares most of them as combo 'auto/true/false'.
"""

import re
import sys

KEEP = {"static-libsystemd", "mode", "split-usr", "split-bin", "log-trace", "create-log-dirs"}
OPTION = re.compile(r"option\('([^']+)',\s*type\s*:\s*'(\w+)'(.*?)(?=\noption\(|\Z)", re.S)

with open(sys.argv[1], encoding="utf-8") as options:
    for name, kind, rest in OPTION.findall(options.read()):
        if name in KEEP:
            continue
        if kind == "feature":
            print(f"-D{name}=disabled")
        elif kind == "boolean" or (kind == "combo" and "'false'" in rest):
            print(f"-D{name}=false")
