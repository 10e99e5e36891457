# What a command of a job may use and do, and how much of it is used.

sub used_disk {
  my $facts = "\0" x 120;
  my $path = "$own/data";
  call('statfs', $path, $facts) == 0 or return (0, 1);
  my ($size, $blocks, $free, $files, $freeFiles) = (unpack 'q*', $facts)[1, 2, 3, 5, 6];
  return (($blocks - $free) * $size, $freeFiles);
}

sub over_disk {
  my ($bytes, $freeFiles) = used_disk();
  return $bytes > $config{disk} || $freeFiles < 16;
}

sub memory_kills { return slurp("$group/memory.events") =~ /^oom_kill (\d+)/m ? $1 : 0 }

# From here on a process has nothing that it could use against the guest's kernel but the calls that the filter lets through.
sub become_user {
  for my $capability (0 .. 63) { syscall($call{prctl}, 24, $capability, 0, 0, 0) }
  call('setgroups', 0, 0) == 0 && call('setresgid', $_[0], $_[0], $_[0]) == 0 && call('setresuid', $_[0], $_[0], $_[0]) == 0
    or die "user: $!\n";
  call('prctl', 38, 1, 0, 0, 0) == 0 or die "no new privileges: $!\n";
  my $program = pack('S x6 P', length($filter) / 8, $filter);
  call('seccomp', 1, 0, $program) == 0 or die "seccomp: $!\n";
}

sub limit {
  my ($resource, $value) = @_;
  my $limits = pack('QQ', $value, $value);
  call('prlimit64', 0, $resource, $limits, 0) == 0 or die "limit $resource: $!\n";
}

# What is shared by way of memory, and /tmp, is a command's own: the next one finds nothing of it.
sub own_memory {
  call('unshare', 0x00020000 | 0x08000000) == 0 or die "namespaces: $!\n";
  mounted('none', '/', '', 0x4000 | 0x40000);
  mounted('none', $_, 'tmpfs', $NOSUID | $NODEV, "mode=1777,size=$config{tmp}") for '/tmp', '/dev/shm';
}
