#!/bin/sh
# OpenClaw's command line, for every user but root. Made by bootstrap-agent.
#
# Root would get a configuration, tokens and a gateway of its own, and a model's tools that run as root.
if [ "$(/usr/bin/id -u)" = 0 ]; then
    echo "openclaw: not as root, which would get a gateway of its own. As the gateway's user, in a terminal of his own:" >&2
    echo "    systemd-run --machine=@USER@@.host --user --pty --quiet --collect -- openclaw $*" >&2
    exit 1
fi
exec /opt/openclaw/current/node_modules/openclaw/openclaw.mjs "$@"
