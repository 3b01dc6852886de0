# SPDX-License-Identifier: Apache-2.0
# What world.py writes before this: DIRECTORY.
# mypy: ignore-errors
import fcntl
import json
import os
import socket
import sys
import threading

with open(DIRECTORY + "/world.json", "r+") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    world = json.load(file)
    late = [node for node in world["nodes"] if "LaterName" in node]
    if late and sys.argv[1:2] == ["status"]:  # a new hostname reaches the control server by and by
        world["slow_rename"] -= 1
        if world["slow_rename"] == 0:
            late[0]["DNSName"] = late[0].pop("LaterName")
        file.seek(0)
        file.truncate()
        json.dump(world, file)
with open(DIRECTORY + "/calls", "a") as log:
    log.write(json.dumps({"program": "tailscale", "argv": sys.argv[1:], "stdin": "", "env": sorted(os.environ)}) + "\n")

if sys.argv[1:] == ["status", "--json"]:
    if world["backend"] == "dead":
        sys.exit("failed to connect to local Tailscale service; is Tailscale running?")
    peers = {f"nodekey:{number}": node for number, node in enumerate(world["nodes"])}
    me = {"DNSName": "laptop.tail.ts.net.", "TailscaleIPs": ["100.64.0.99"]}
    print(json.dumps({"BackendState": world["backend"], "Self": me, "Peer": peers or None}))
elif sys.argv[1] == "ping":
    sys.exit(0 if any(node["Online"] and sys.argv[-1] in node["TailscaleIPs"] for node in world["nodes"]) else 1)
elif sys.argv[1] == "nc":
    if not world["serve_port"]:
        sys.exit("dial: connection refused")
    with socket.create_connection(("127.0.0.1", world["serve_port"])) as there:

        def back():
            while data := there.recv(65536):
                os.write(1, data)

        reader = threading.Thread(target=back)
        reader.start()
        while data := os.read(0, 65536):
            there.sendall(data)
        there.shutdown(socket.SHUT_WR)
        reader.join()
else:
    sys.exit(f"tailscale: what is {sys.argv[1:]}?")
