#!/bin/bash
# build.sh x86_64|aarch64: prints the directory that holds the static libraries of sources.lock for that architecture,
# after building them if no earlier run has. The directory's name is the hash of all it is made from.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export ARCH=$1
deps=${BOOTSTRAP_AGENT_CACHE:-$HOME/.cache/bootstrap-agent}/deps
compiler=$ARCH-linux-gnu-gcc

key=$({
    cd "$here" && sha256sum -- *
    "$compiler" --version
    "$ARCH-linux-gnu-ld" --version
    "$compiler" -E -dM -include features.h -x c /dev/null | grep '__GLIBC_MINOR__'
} | sha256sum | cut -c1-16)
final=$deps/$ARCH-$key
mkdir -p "$deps"
exec 9>"$deps/$ARCH.lock"
flock --nonblock 9 || { echo "another build of the $ARCH libraries is under way: waiting for it" >&2; flock 9; }
[[ -d $final ]] && { echo "$final"; exit; }

# Built aside and renamed as a whole, so that what has its final name is complete.
export WORK=$deps/.building-$ARCH
export PREFIX=$WORK/prefix
rm -rf "$WORK"
mkdir -p "$PREFIX/lib" "$PREFIX/include"
side_by_side() { printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} "$here/build-one.sh" {} 9>&-; }

echo "building static libraries for $ARCH (once; a few minutes)" >&2
side_by_side xz-utils mbedtls yaml-cpp libzstd libcap2 zlib fmtlib libsodium tl-expected nlohmann-json3 doctest
side_by_side curl systemd libarchive # these need some of the former
(cd "$PREFIX" && rm -rf lib/{pkgconfig,cmake} lib/*.la bin share) # unused, and they name the temporary directory
cp "$here/sources.lock" "$PREFIX"
mv "$PREFIX" "$final"
rm -rf "$WORK"
echo "static libraries for $ARCH: done in $((SECONDS / 60)) min $((SECONDS % 60)) s" >&2
echo "$final"
