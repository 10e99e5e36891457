#!/bin/busybox sh
# The first program of a guest, in the initial memory disk: loads what the kernel needs to see its disks and ports,
# and leaves for the image. The arguments of insmod are put in order by the host.
b=/bin/busybox
while read -r module; do $b insmod "/modules/$module" || echo "airlock: $module"; done < /modules/order
$b mount -t devtmpfs none /dev
$b mount -t erofs -o ro,nosuid,nodev /dev/vda /root || { echo 'airlock: no root'; $b poweroff -f; }
$b mount -t tmpfs -o mode=0755,nosuid,nodev,size=4m none /root/run
$b mkdir -m 0700 /root/run/airlock
$b cp /agent.pl /root/run/airlock/
# The ports come by themselves, a moment later.
until set -- /dev/vport*p1 && [ -c "$1" ]; do $b usleep 1000; done
control=$1
until set -- /dev/vport*p2 && [ -c "$1" ]; do $b usleep 1000; done
exec 3<>"$control" 4<>"$1"
exec $b switch_root /root /usr/bin/perl /run/airlock/agent.pl
