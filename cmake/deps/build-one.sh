#!/bin/bash
# build-one.sh SOURCE: fetches one library and runs its recipe. Called by build.sh, which sets ARCH, WORK and PREFIX.
# A process of its own, so that `set -e` holds for every line of a recipe.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=$1
log=$WORK/$name.log
# shellcheck source=cmake/deps/toolchain.sh
. "$HERE/toolchain.sh"
# shellcheck source=cmake/deps/recipes.sh
. "$HERE/recipes.sh"

exec 3>&2 >"$log" 2>&1
trap '[[ $? == 0 ]] || { echo "$name: failed; the end of $log:"; tail -n 25 "$log"; } >&3' EXIT
"$HERE/fetch.sh" "$name" "$WORK/$name"
cd "$WORK/$name"
"build_$name"
echo "  $name" >&3
