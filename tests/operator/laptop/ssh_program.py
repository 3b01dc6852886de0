# SPDX-License-Identifier: Apache-2.0
# What world.py writes before this: DIRECTORY.
# mypy: ignore-errors
"""OpenSSH's client as far as it is used here, with Tailscale SSH and a server behind it. Texts are those of the real ones."""

import fcntl
import json
import os
import re
import shlex
import signal
import sys
import time

CHECK = "# Tailscale SSH requires an additional check.\n# To authenticate, visit: https://login.tailscale.com/a/l1234\n"
DENIED = "tailscale: tailnet policy does not permit you to SSH to this node\n"


def load():
    with open(DIRECTORY + "/world.json") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        return json.load(file)


def change(**values):
    with open(DIRECTORY + "/world.json", "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        state = json.load(file)
        state.update(values)
        file.seek(0)
        file.truncate()
        json.dump(state, file)


def log(command="", stdin=""):
    entry = {"program": "ssh", "argv": sys.argv[1:], "stdin": stdin, "command": command, "env": sorted(os.environ)}
    with open(DIRECTORY + "/calls", "a") as file:
        file.write(json.dumps(entry) + "\n")


def leave(code, text="", error=""):
    sys.stdout.write(text)
    sys.stderr.write(error)
    sys.stdout.flush()
    sys.exit(code)


def master(world, node, user, options):
    log()
    if world["ssh"] == "hang":
        signal.pause()
    with open(options["UserKnownHostsFile"]) as known:
        if f"{options['HostKeyAlias']} {node['key']}\n" not in known.read():
            leave(255, error="Host key verification failed.\n")
    if world["ssh"] == "deny" or user not in world["users"]:
        leave(255, error=DENIED + f"{user}@{node['TailscaleIPs'][0]}: Permission denied (tailscale).\n")
    if world["ssh"] == "check":
        sys.stderr.write(CHECK)
        sys.stderr.flush()
        while not os.path.exists(DIRECTORY + "/approved"):
            time.sleep(0.02)
    open(options["ControlPath"], "w").close()
    signal.pause()


def agent(world, argv):
    if argv in (["--status", "--wait"], ["--status", "--format", "json"], ["--verify", "--format", "json"]):
        if argv[0] == "--verify":
            leave(world["verify"]["exit_code"], json.dumps(world["verify"]))
        if argv[1] == "--wait":
            change(ended=True)
            leave(world["report"]["exit_code"], "".join(line + "\n" for line in world["lines"]))
        if world["busy"]:
            change(busy=world["busy"] - 1)
            leave(4, error="bootstrap-agent: a run goes on (pid 12)\n")
        if not world["ended"]:
            leave(2, error="bootstrap-agent: no run has ended on this machine yet\n")
        leave(world["report"]["exit_code"], json.dumps(world["report"]))
    if argv in (["--reconcile", "--secrets", "-"], ["--reconcile"]):
        if world["busy"]:
            change(busy=world["busy"] - 1)
            leave(4, error="bootstrap-agent: another agent is running (pid 12, since 5 s)\n")
        change(report=world["after_secrets"], ended=True)
        leave(world["after_secrets"]["exit_code"], "".join(line + "\n" for line in world["lines"]))
    leave(3, error="bootstrap-agent: what?\n")


def openclaw(world, argv):
    if argv == ["devices", "list", "--json"]:
        leave(0, json.dumps(world["devices"]))
    if argv[:1] == ["devices"]:
        devices = world["devices"]
        kind = "pending" if argv[1] in ("approve", "reject") else "paired"
        key = "requestId" if kind == "pending" else "deviceId"
        found = [each for each in devices[kind] if each[key] == argv[2]]
        if not found:
            leave(1, error=f"unknown {key}\n")
        if argv[1] == "rename":
            found[0]["displayName"] = argv[3]
        else:
            devices[kind].remove(found[0])
            if argv[1] == "approve":
                devices["paired"].append(found[0])
        change(devices=devices)
        leave(0)
    if argv == ["dashboard", "--json", "--no-open"]:
        leave(0, json.dumps(world["dashboard"]))
    if argv == ["security", "audit", "--deep"]:
        leave(0, world["audit"] + "\n")
    leave(0, "openclaw " + json.dumps(argv) + "\n")


def tailscale(world, node, argv):
    nodes = world["nodes"]
    mine = next(each for each in nodes if each["ID"] == node["ID"])
    if argv[0] == "set":
        new = argv[1].partition("=")[2] + ".tail.ts.net."
        mine.update({"LaterName": new} if world["slow_rename"] else {"DNSName": new})
        change(nodes=nodes)
        leave(0)
    mine.pop("LaterName", None)
    if world["ephemeral"]:
        nodes.remove(mine)
    else:
        mine.update(Online=False, Expired=True)
    change(nodes=nodes)
    leave(255, error="client_loop: send disconnect: Broken pipe\n")  # the logout ends the connection that asked for it


def server(world, node, user, argv):
    if argv[:2] == ["runuser", "-u"] and user == "root":
        argv = argv[4:]
    elif argv[:2] == ["sudo", "-n"] and user != "root":
        argv = ["bootstrap-agent", *argv[3:]]
    elif argv[0] == "bootstrap-agent" and user != "root":
        leave(1, error="bootstrap-agent: wants root\n")
    if argv[0] == "env":
        argv = argv[4:]
    if argv[0] == "bootstrap-agent":
        agent(world, argv[1:])
    if argv[0] == "openclaw":
        openclaw(world, argv[1:])
    if argv[0] == "tailscale":
        tailscale(world, node, argv[1:])
    if argv[0] == "ss":
        leave(0, "".join(line + "\n" for line in world["listening"]))
    if argv[0] == "cat":
        leave(0, world["env"])
    leave(0, " ".join(argv) + "\n")


def main():
    words = sys.argv[1:]
    if words == ["-V"]:
        leave(0, error="OpenSSH_9.2p1\n")
    options, flags, rest = {}, [], []
    while words:
        word = words.pop(0)
        if word == "-o":
            key, _, value = words.pop(0).partition("=")
            options[key] = value
        elif word in ("-F", "-O"):
            flags.append((word, words.pop(0)))
        elif word.startswith("-"):
            flags.append((word, ""))
        else:
            rest = [word, *words]
            break
    world = load()
    user, _, address = rest[0].partition("@")
    node = next((each for each in world["nodes"] if address in each["TailscaleIPs"]), None)
    if node is None or not node["Online"]:
        leave(255, error=f"ssh: connect to host {address} port 22: Connection timed out\n")
    if ("-N", "") in flags:
        master(world, node, user, options)
    there = os.path.exists(options["ControlPath"])
    if ("-O", "check") in flags:
        leave(0 if there else 255)
    if not there:
        leave(255, error="no connection to go through\n")
    command, stdin = " ".join(rest[1:]), ""
    if counted := re.match(r"head -c (\d+) \| ", command):  # the input itself has no end
        command, stdin = command[counted.end() :], sys.stdin.read(int(counted[1]))
    log(command, stdin)
    for number, broken in enumerate(world["breaks"]):
        if broken in command:
            change(breaks=world["breaks"][:number] + world["breaks"][number + 1 :])
            leave(255, error="client_loop: send disconnect: Broken pipe\n")
    server(world, node, user, shlex.split(command))


main()
