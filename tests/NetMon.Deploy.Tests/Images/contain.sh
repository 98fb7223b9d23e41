#!/usr/bin/env bash
# contain.sh ROOT CONFIG CAPABILITY[,CAPABILITY...] ARGUMENT...: runs netmon as a container of the DaemonSet would run it, but for
# seccomp: a read-only root, /proc, a read-only /sys, a BPF file system and a directory for state of its own, the usual devices, a small /tmp, no new privileges, and these capabilities.
# Runs in a mount namespace of its own (unshare --mount).
set -euo pipefail
root=$1 config=$2 kept=$3
shift 3

mkdir -p "$root"/{proc,sys,dev,etc/netmon,run/netmon}
cp "$config" "$root/etc/netmon/netmon.yaml"
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t bpf bpf "$root/sys/fs/bpf"
mount -t tmpfs tmpfs "$root/run/netmon"
mount -t tmpfs -o size=1m tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/urandom" c 1 9
mount -o remount,ro,bind "$root"

dropped=$(capsh --print | sed -n 's/^Bounding set =//p' | tr , '\n' | grep -v -x -F "$(tr , '\n' <<<"$kept")" | paste -sd,)
exec capsh --chroot="$root" --drop="$dropped" --no-new-privs --shell=/usr/bin/netmon -- "$@"
