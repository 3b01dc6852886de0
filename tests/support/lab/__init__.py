"""A throw-away server on this machine, from real parts, with the services that a server on the internet would find.

cache      what is slow to make, made once
command    running a program, and saying why it failed
rootfs     the server's root file system          (Debian packages)
golang     a Go toolchain that is new enough
tailscale  tailscale's tarball                    (built from its Go module)
tailnet    the control server, DERP and ACME      (tests/support/tailnet)
node       Node's tarball                         (npm packages)
registry   the npm packages of OpenClaw's lock
ca         the lab's certificates
mirror     the HTTPS server for all of that, with faults to switch on
services   starts and stops what runs outside the server
profile    the agent's profile for the lab
merge      another profile with the lab's laid over it

world      everything up together, and hosts made in it: where tests begin
instance   one lab's number, directory and processes, and their complete removal
machine    what labs change on the machine, and how it is put back
net        namespaces, addresses, the way out
dns        the lab's names
metadata   the provider's metadata service
host       a booted server in a container: power, commands, files
vm         one that is an emulated virtual machine of another architecture
board      its hardware, and its slow clock
guest_agent commands in it
emulation  what programs of other architectures run with, and how much slower
service    a command as a service of a server's systemd
cloudinit  what makes a root a provider's image; parts of user-data
laptop     the operator's node: browser and ssh
completed  how a command ended
wait       conditions with deadlines
require    what the machine must have
first_boot what scripts/first-boot shows
"""
