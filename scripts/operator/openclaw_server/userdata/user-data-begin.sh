#!/bin/sh
# bootstrap-agent --render-user-data: fetches the agent, checks its SHA-256, starts its first boot.
set -eu
umask 077
# The console alone: the logs have more readers than root.
(: >/dev/console) 2>/dev/null && exec >/dev/console || exec >/dev/null
exec 2>&1
dir=/root/bootstrap-agent
agent=$dir/bootstrap-agent
# Unless the agent takes over: nothing executable stays, no copy of user-data, and one line says why.
undo() {
  set +e
  shred -u "$0" instances/*/user-data.txt* instances/*/cloud-config.txt \
    instances/*/obj.pkl seed/*/user-data $dir/* 2>/dev/null
  rm -rf $dir
  printf 'bootstrap-agent: not started: %s\n' "$why"
}
why=stopped
trap undo EXIT
trap 'exit 1' HUP INT TERM
cd /var/lib/cloud
# Power may go. cloud-init takes what has begun for done, and syncs nothing.
rm -f instance/sem/config_scripts_user && sync -f . || :

