#!/bin/sh
# vm-root.sh ROOT: what the root of a virtual machine has and a container's gets from outside; a hook of mmdebstrap.
set -eu
root=$1
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" # apt as it is in there, run from here

# The kernel's package is unpacked only: its scripts would make an initrd, minutes of emulation, and none is needed to boot,
# because this kernel has NVMe and ext4 built in.
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
cd "$scratch"
apt-get -qq download "$(apt-cache depends linux-image-cloud-arm64 | sed -n 's/^ *Depends: //p')"
dpkg-deb --fsys-tarfile ./*.deb | tar --extract --keep-directory-symlink --directory="$root"
chroot "$root" depmod "$(ls "$root/lib/modules")"

# cloud-init writes the network's configuration for systemd-networkd.
chroot "$root" systemctl enable systemd-networkd.service
