#!/bin/busybox sh
# The first program of a guest, in the initial memory disk: loads what the kernel needs to see its disks and ports,
# and leaves for the image. As few programs as can be: each takes a translated guest longer than it seems.
b=/bin/busybox
read -r order </order
$b modprobe -a $order
$b mount -t devtmpfs none /dev
$b mount -t erofs -o ro,nosuid,nodev /dev/vda /root || { echo 'airlock: no root'; $b poweroff -f; }
# The ports come by themselves, a moment later.
until set -- /dev/vport*p1 && [ -c "$1" ]; do $b usleep 1000; done
control=$1
until set -- /dev/vport*p2 && [ -c "$1" ]; do $b usleep 1000; done
# A port has its node a moment before it can be opened, and a shell whose exec fails is gone, and with it the kernel.
until (: <>"$control" <>"$1") 2>/dev/null; do $b usleep 1000; done
exec 3<>"$control" 4<>"$1"
exec $b switch_root /root /usr/bin/perl - </agent.pl
