#!/bin/bash
# fetch.sh SOURCE DIR: downloads the files that sources.lock pins for SOURCE and unpacks them into DIR, Debian's
# patches applied, and then SOURCE.patch, which is ours. The hash decides what is accepted, so where a file comes from does not matter.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_name=$1
dir=$2
downloads=${BOOTSTRAP_AGENT_CACHE:-$HOME/.cache/bootstrap-agent}/sources
mkdir -p "$downloads" "$dir"

# The machine's own mirrors first, then the public archive, then the archive's memory: a point release of Debian
# removes superseded files from every mirror, and only there do they stay.
mirrors() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} /etc/apt/mirrors/*.list 2>/dev/null |
        grep -v '^ *#' | grep -oE 'https?://[^] ]+/debian/?( |$)' | sed 's|/* *$||' | sort -u || true
    echo https://deb.debian.org/debian
    echo https://snapshot.debian.org/archive/debian/20261120T000000Z
}

pinned() { echo "$2  $downloads/$1" | sha256sum --check --status 2>/dev/null; }

# apt's own downloader: it knows this machine's proxy and certificates, and refuses a wrong hash itself.
download() {
    local file=$1 sha=$2 pool=${source_name:0:1} mirror
    [[ $source_name == lib* ]] && pool=${source_name:0:4}
    pinned "$file" "$sha" && return
    while read -r mirror; do
        /usr/lib/apt/apt-helper -qq -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=2 download-file \
            "$mirror/pool/main/$pool/$source_name/$file" "$downloads/$file" "SHA256:$sha" && pinned "$file" "$sha" && return
    done < <(mirrors)
    echo "$source_name: no mirror has $file with sha256 $sha;" \
        "if Debian has replaced it, move the pin in cmake/deps/sources.lock" >&2
    return 1
}

unpack() {
    local file=$1 patch
    case $file in
    *.deb) dpkg-deb -x "$downloads/$file" "$dir" ;;
    *.orig.tar.*) tar -xf "$downloads/$file" -C "$dir" --strip-components=1 ;;
    *.debian.tar.*)
        tar -xf "$downloads/$file" -C "$dir"
        [[ -f $dir/debian/patches/series ]] || return 0
        while read -r patch; do
            patch -d "$dir" -p1 --force --quiet <"$dir/debian/patches/$patch"
        done < <(sed -E 's/[[:space:]]*(#.*)?$//; /^$/d' "$dir/debian/patches/series")
        ;;
    esac
}

while read -r name file sha; do
    [[ $name == "$source_name" ]] || continue
    download "$file" "$sha"
    unpack "$file"
    found=yes
done <"$here/sources.lock"
[[ -n ${found:-} ]] || { echo "$source_name: not in cmake/deps/sources.lock" >&2; exit 1; }
if [[ -f $here/$source_name.patch ]]; then patch -d "$dir" -p1 --force --quiet <"$here/$source_name.patch"; fi
