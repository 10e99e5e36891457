# Makes a guest the one of its sandbox, and does what the host says until there is no guest.

# A guest that starts from a kept state remembers the same randomness as all others that did. What it draws from here
# on, the addresses of every program too, comes from what the host gave it.
sub renew_randomness {
  my $given = pack('H*', $_[0]);
  open(my $source, '+<', '/dev/urandom') or die "urandom: $!\n";
  my $entropy = pack('ll', 8 * length $given, length $given) . $given;
  ioctl($source, 0x40085203, $entropy) && ioctl($source, 0x5207, 0) or die "randomness: $!\n";
}

# The host's time, because the machine's own clock starts at a whole second and may drift.
sub set_clock {
  my ($microseconds) = @_;
  my $time = pack('qq', int($microseconds / 1_000_000), $microseconds % 1_000_000 * 1000);
  call('clock_settime', 0, $time);
}

# The way to the broker, in a process and with a user of its own: it reads what a job sends.
sub start_forwarder {
  socket(my $door, $INET, $STREAM, 0) or die "socket: $!\n";
  setsockopt($door, 1, 2, 1);
  bind($door, pack('S n C4 x8', $INET, 3128, 127, 0, 0, 1)) && listen($door, 128) or die "door: $!\n";
  my $pid = fork() // die "fork: $!\n";
  return if $pid != 0;
  close $host;
  call('dup2', fileno $door, 5);
  # It may have been that number all along, and then it would be closed on the way.
  call('fcntl', 5, $SETFD, 0);
  become_user(1001);
  exec('/usr/bin/perl', '-e', $config{forwarder}) or call('exit', 1);
}

# Killed, the guest's first process would take the kernel with it, and the reason would be lost.
$SIG{$_} = 'IGNORE' for qw(HUP INT TERM PIPE);
eval {
  mounted('none', '/run', 'tmpfs', $NOSUID | $NODEV, 'mode=0755,size=4m');
  mkdir $own, 0700;
  mkdir "$own/$_", 0700 for qw(cgroup sys data below dev);
  mounted('none', "$own/dev", 'devtmpfs', $NOSUID | $NOEXEC);
  first_mounts();
  say_to_host(1, '');
  while (1) {
    my ($type, $payload) = frame(1);
    if ($type == 1) {
      my @pairs = split /\0/, $payload, -1;
      pop @pairs;
      %config = @pairs;
      renew_randomness(delete $config{randomness});
      set_clock($config{now});
      mount_parts();
      start_forwarder() if length $config{forwarder};
      say_to_host(2, '');
    }
    elsif ($type == 2) { $filter = $payload }
    elsif ($type == 3) { take_input($payload) }
    elsif ($type == 4) { run($payload) }
  }
};
say_to_host(6, substr($@, 0, 1000));
sleep 60;
