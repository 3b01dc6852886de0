#!/bin/bash
# install-packages.sh WHO PACKAGE...: what is missing of them, by apt as root; else WHO says which and ends with exit code 3.
set -euo pipefail
who=$1
shift
missing=() apt=(apt-get -qq -o DPkg::Lock::Timeout=600)
for package; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0
((EUID == 0)) || { echo "$who: not installed: ${missing[*]}; 'sudo apt-get install ${missing[*]}' would do it" >&2; exit 3; }
echo "$who: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${apt[@]}" install --no-install-recommends "${missing[@]}" >/dev/null 2>&1 && exit
"${apt[@]}" update >/dev/null # the lists may be missing or old
log=$(mktemp)
trap 'rm "$log"' EXIT
"${apt[@]}" install --no-install-recommends "${missing[@]}" >/dev/null 2>"$log" || { cat "$log" >&2; exit 1; }
