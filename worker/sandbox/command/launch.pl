# The first program inside a sandbox. It walks into its control groups, lowers its own limits, listens on the broker's
# port, leaves a forwarder behind that carries each connection to the broker's socket, and becomes the command. It is
# constant; everything that varies comes as arguments, which no shell reads. No module is loaded: this is on the way of
# every command. Before it stands forward.pl, with what the forwarder does.
#
# Arguments: the number of prlimit64 here, the number of sched_setaffinity and a mask of processors in hex or '' twice,
# numbers of open files that lead into control groups, largest file in bytes, open files, processes or '', data segment
# in bytes or '', port and socket of the broker or '' twice, then the command. Variables of the command's that mean
# something to perl itself come with a prefix.

# What `use strict` does, but for looking through eleven folders for its file.
BEGIN { $^H |= 0x602 }

my ($prlimit, $setaffinity, $processors, $doors, $file, $open, $processes, $data, $port, $socket) = splice @ARGV, 1, 10;
shift @ARGV;
my ($FSIZE, $DATA, $CORE, $NPROC, $NOFILE) = (1, 2, 4, 6, 7);

sub refuse { print STDERR "airlock: $_[0]: $!\n"; exit 125 }

sub limit {
  my ($what, $most) = @_;
  my $pair = pack 'QQ', $most, $most;
  return syscall($prlimit + 0, 0, $what, $pair, 0) == 0;
}

# The way to here was on one processor, because programs that only wait for each other are faster so.
sub spread {
  return if $processors eq '';
  my $mask = pack 'H*', $processors;
  syscall($setaffinity + 0, 0, length $mask, $mask) == 0 or refuse 'no processors';
}

# Before anything else, so that all that follows is counted. A process of one thread puts itself in at once.
for my $number (split / /, $doors) {
  open my $door, '>&=', $number or refuse 'no control group';
  syswrite $door, '0' or refuse 'no control group';
  close $door;
}
limit($CORE, 0) or refuse 'core dumps cannot be switched off';
limit($FSIZE, $file) or refuse 'the file size cannot be limited';
limit($NOFILE, $open);
$processes eq '' or limit($NPROC, $processes) or refuse 'processes cannot be limited';
$data eq '' or limit($DATA, $data) or refuse 'memory cannot be limited';

# Forked twice, so that the command does not find a child that it never started.
sub forward {
  my ($listener) = @_;
  my $first = fork;
  defined $first or refuse 'the forwarder to the broker did not start';
  if ($first) {
    waitpid $first, 0;
    $? == 0 or refuse 'the forwarder to the broker did not start';
    return;
  }
  my $second = fork;
  # It must not go on in this one, for whose end the command waits.
  defined $second or exit 1;
  exit 0 if $second;
  spread();
  carry($listener, $socket);
}

if ($port ne '') {
  socket my $listener, 2, 1, 0 or refuse 'no socket';
  setsockopt $listener, 1, 2, pack 'i', 1;
  bind $listener, pack 'SnC4x8', 2, $port, 127, 0, 0, 1 or refuse "port $port";
  listen $listener, 128 or refuse "port $port";
  forward($listener);
}

spread();
for (grep { /^AIRLOCK_KEPT_/ } keys %ENV) { $ENV{substr $_, 13} = delete $ENV{$_} }
exec { $ARGV[0] } @ARGV;
print STDERR "airlock: $ARGV[0]: $!\n";
exit($! == 2 ? 127 : 126);
