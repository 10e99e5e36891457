# The first program inside a sandbox. It walks into its control groups, lowers its own limits, listens on the broker's
# port, leaves a forwarder behind that carries each connection to the broker's socket, and becomes the command. It is
# constant; everything that varies comes as arguments, which no shell reads. No module is loaded: this is on the way of
# every command.
#
# Arguments: numbers of prlimit64 and prctl here, a filter of system calls in hex or '', the number of sched_setaffinity
# and a mask of processors in hex or '' twice, numbers of open files that lead into control groups, largest file in
# bytes, open files, processes or '', data segment in bytes or '', port and socket of the broker or '' twice, then the
# command. Variables of the command's that mean something to perl itself come with a prefix.

# What `use strict` does, but for looking through eleven folders for its file: dear where the kernel is a program.
BEGIN { $^H |= 0x602 }

my ($prlimit, $prctl, $filter, $setaffinity, $processors, $doors, $file, $open, $processes, $data, $port, $socket) =
  splice @ARGV, 1, 12;
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

if ($filter ne '') {
  my $code = pack 'H*', $filter;
  my $program = pack 'Sx6P', length($code) / 8, $code;
  my ($PR_SET_SECCOMP, $SECCOMP_MODE_FILTER) = (22, 2);
  syscall($prctl + 0, $PR_SET_SECCOMP, $SECCOMP_MODE_FILTER, $program) == 0 or refuse 'no filter of system calls';
}

# Both ways until each side has said its last; a side that takes nothing more ends both.
sub serve {
  my ($client) = @_;
  socket my $broker, 1, 1, 0 or return;
  connect $broker, pack 'Sa108', 1, $socket or return;
  my %ways = (fileno($client) => [$client, $broker], fileno($broker) => [$broker, $client]);
  while (%ways) {
    my $ready = '';
    vec($ready, $_, 1) = 1 for keys %ways;
    next if select($ready, undef, undef, undef) < 1;
    for my $number (grep { vec $ready, $_, 1 } keys %ways) {
      my ($from, $to) = @{$ways{$number}};
      my $got = sysread $from, my $block, 65536;
      for (my $done = 0; $got && $done < $got;) { $done += syswrite($to, $block, $got - $done, $done) || return }
      next if $got;
      shutdown $to, 1;
      delete $ways{$number};
    }
  }
}

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
  open STDIN, '<', '/dev/null';
  open STDOUT, '>', '/dev/null';
  open STDERR, '>', '/dev/null';
  $SIG{PIPE} = 'IGNORE';
  my $busy = 0;
  while (1) {
    accept my $client, $listener or next;
    $busy-- while $busy > 0 && waitpid(-1, $busy < 256 ? 1 : 0) > 0;
    my $child = fork;
    if (defined $child && !$child) { close $listener; serve($client); exit 0 }
    $busy++ if $child;
  }
}

if ($port ne '') {
  socket my $listener, 2, 1, 0 or refuse 'no socket';
  setsockopt $listener, 1, 2, pack 'i', 1;
  bind $listener, pack 'SnC4x8', 2, $port, 127, 0, 0, 1 or refuse "port $port";
  listen $listener, 128 or refuse "port $port";
  forward($listener);
}

# Where nobody is there to bury orphans it is done here; or the command would be process 1, and they its children.
if ($$ == 1) {
  my $command = fork;
  defined $command or refuse 'the command could not be started';
  if ($command) {
    1 until wait == $command;
    exit($? & 127 ? 128 + ($? & 127) : $? >> 8);
  }
}

spread();
for (grep { /^AIRLOCK_KEPT_/ } keys %ENV) { $ENV{substr $_, 13} = delete $ENV{$_} }
exec { $ARGV[0] } @ARGV;
print STDERR "airlock: $ARGV[0]: $!\n";
exit($! == 2 ? 127 : 126);
