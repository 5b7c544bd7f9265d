#!/bin/sh
# First process of a guest: mounts what a system has, then serves the test's commands until it is told to end.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
modprobe virtio_console 2>/dev/null
modprobe virtio_blk 2>/dev/null
mkdir -p /opt/stapflame
mount -o ro /dev/vdb /opt/stapflame
export PATH=/opt/stapflame/bin:$PATH
hostname guest
cd /root
node /opt/stapflame/agent.mjs
sync
echo o >/proc/sysrq-trigger
sleep 60
