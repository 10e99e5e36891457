# What a guest mounts: its kernel's own file systems before it knows whose it is, the job's folders and tools after that.

sub first_mounts {
  mounted('proc', '/proc', 'proc', $NOSUID | $NODEV | $NOEXEC, 'hidepid=invisible');
  mounted('none', "$own/cgroup", 'cgroup2', $NOSUID | $NODEV | $NOEXEC);
  spew("$own/cgroup/cgroup.subtree_control", '+memory +pids');
  mkdir $group or die "$group: $!\n";
  # Nobody but root may see the machine's own devices and settings.
  mounted('sysfs', "$own/sys", 'sysfs', $NOSUID | $NODEV | $NOEXEC);
  mounted('none', '/dev', 'tmpfs', $NOSUID | $NOEXEC, 'mode=0755,size=64k');
  for (['null', 1, 3], ['zero', 1, 5], ['full', 1, 7], ['random', 1, 8], ['urandom', 1, 9], ['tty', 5, 0]) {
    my ($name, $major, $minor) = @$_;
    my $path = "/dev/$name";
    call('mknod', $path, 0020666, $major << 8 | $minor) == 0 or die "$name: $!\n";
    chmod 0666, "/dev/$name";
  }
  mkdir "/dev/$_" for qw(shm pts);
  mounted('devpts', '/dev/pts', 'devpts', $NOSUID | $NOEXEC, 'newinstance,ptmxmode=0666,mode=0620');
  symlink 'pts/ptmx', '/dev/ptmx';
  symlink "/proc/self/fd$_->[1]", "/dev/$_->[0]" for ['fd', ''], ['stdin', '/0'], ['stdout', '/1'], ['stderr', '/2'];
  my ($name) = ('airlock');
  call('sethostname', $name, length $name);
  socket(my $socket, $INET, $DATAGRAM, 0) or die "socket: $!\n";
  my $up = pack('a16 s x22', 'lo', 0x49);
  ioctl($socket, 0x8914, $up) or die "loopback: $!\n";
}

# Disks are told apart by the serial numbers that the host gave them.
sub disk {
  my ($serial) = @_;
  opendir(my $disks, "$own/sys/block") or die "disks: $!\n";
  for my $name (readdir $disks) {
    return "$own/dev/$name" if slurp("$own/sys/block/$name/serial") eq $serial;
  }
  die "no disk $serial\n";
}

# What the job writes goes to its own disk, whose layers the host reads: see bring-out. Without metacopy and index, so
# that a file there is whole; volatile, because nobody needs it after a crash.
sub lay_over_below {
  my ($name, $target) = @_;
  mkdir "$own/data/work";
  mkdir "$own/data/work/$name" or die "work of $name: $!\n";
  my $how = 'redirect_dir=on,metacopy=off,index=off,xino=off,volatile';
  my $folders = "lowerdir=$own/below/$name,upperdir=$own/data/$name,workdir=$own/data/work/$name";
  mounted('none', $target, 'overlay', $NOSUID | $NODEV | $NOATIME, "$folders,$how");
}

sub mount_parts {
  my $remount = $REMOUNT | $RDONLY | $NOSUID | $NOEXEC;
  mounted('none', '/dev', 'tmpfs', $remount);
  mounted(disk('data'), "$own/data", 'ext4', $NOSUID | $NODEV | $NOATIME, 'noinit_itable,errors=remount-ro');
  mounted(disk('below'), "$own/below", 'erofs', $RDONLY | $NOSUID | $NODEV) if $config{below};
  for (['workspace', '/workspace'], ['home', '/home/airlock']) {
    if ($config{below}) { lay_over_below(@$_) }
    else { mounted("$own/data/$_->[0]", $_->[1], '', $BIND) }
  }
  mounted('none', '/opt/airlock', 'tmpfs', $NOSUID | $NODEV, 'mode=0755,size=64k');
  my $index = 0;
  for my $name (split m{/}, $config{tools}) {
    mkdir "/opt/airlock/$name" or die "$name: $!\n";
    mounted(disk('tool' . $index++), "/opt/airlock/$name", 'erofs', $RDONLY | $NOSUID | $NODEV);
  }
  mounted('none', '/opt/airlock', 'tmpfs', $REMOUNT | $RDONLY | $NOSUID | $NODEV);
  # Memory is promised freely, so that using too much of it ends in the control group and not in a program's hands.
  spew('/proc/sys/vm/overcommit_memory', 1);
  spew("$group/memory.max", $config{memory});
  spew("$group/pids.max", $config{pids});
  spew("$group/memory.oom.group", 1);
  spew('/proc/self/oom_score_adj', -1000);
}
