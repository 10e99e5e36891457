# Places where one command may leave a secret for another. Added to prelude.pl.
#
# Standing in the arguments: act=plant leaves the secret of the variable HOSTILE_SECRET in every place; then the places
# are looked at, and each in which a secret was found is told. hold=1: afterwards it waits to be killed.
my ($SHARED, $CREATE) = (0x41524c4b, 01600);
my ($TCP_PORT, $ABSTRACT, $PATH_SOCKET, $PIPE) = (45454, "\0hostile-places", '/tmp/hostile.sock', "$given{workspace}/hostile.fifo");

sub spew { my ($path, $text) = @_; open(my $file, '>', $path) or return; print $file $text; close $file }

# Answers everybody with the secret, and holds what only a living process can hold.
sub keep {
  my ($secret) = @_;
  our @held = ($secret x 2);
  my $label = 'hostile';
  my $memory = syscall(number('memfd_create') + 0, $label, 0);
  if ($memory >= 0 && open(my $file, '+<&=', $memory)) { syswrite $file, $secret; push @held, $file }
  if (open(my $file, '+>', '/tmp/hostile-deleted')) { syswrite $file, $secret; unlink '/tmp/hostile-deleted'; push @held, $file }
  POSIX::mkfifo($PIPE, 0666);
  if (sysopen(my $file, $PIPE, O_RDWR | O_NONBLOCK)) { syswrite $file, $secret; push @held, $file }
  my @doors;
  for ([PF_INET, pack_sockaddr_in($TCP_PORT, INADDR_LOOPBACK)], [PF_UNIX, pack_sockaddr_un($ABSTRACT)], [PF_UNIX, pack_sockaddr_un($PATH_SOCKET)]) {
    socket(my $door, $_->[0], SOCK_STREAM, 0) or next;
    setsockopt($door, SOL_SOCKET, SO_REUSEADDR, 1);
    push @doors, $door if bind($door, $_->[1]) && listen($door, 8);
  }
  print "KEEPING\n";
  $SIG{$_} = 'IGNORE' for qw(HUP INT TERM PIPE);
  close STDIN; open(STDOUT, '>', '/dev/null'); open(STDERR, '>', '/dev/null');
  while (1) {
    my $ready = '';
    vec($ready, fileno $_, 1) = 1 for @doors;
    next if select($ready, undef, undef, 5) < 1;
    for my $door (grep { vec $ready, fileno $_, 1 } @doors) { accept(my $client, $door) or next; syswrite $client, $secret; close $client }
  }
}

# Two processes out of their parent's reach: one that keeps, one with the secret among its arguments.
sub plant {
  my ($secret) = @_;
  unlink $PATH_SOCKET, $PIPE;
  spew($_, $secret) for '/tmp/hostile-left', '/var/tmp/hostile-left', '/dev/shm/hostile-left';
  my $shared = syscall(number('shmget') + 0, $SHARED, 4096, $CREATE);
  shmwrite($shared, $secret, 0, length $secret) if $shared >= 0;
  my $queue = syscall(number('msgget') + 0, $SHARED, $CREATE);
  my $message = pack('q', 1) . $secret;
  syscall(number('msgsnd') + 0, $queue, $message, length $secret, 0x800) if $queue >= 0;
  my ($label, $shape) = ('hostile', pack('q8', 0, 4, 128, 0, 0, 0, 0, 0));
  my $posix = syscall(number('mq_open') + 0, $label, O_RDWR | O_CREAT | O_NONBLOCK, 0666, $shape);
  syscall(number('mq_timedsend') + 0, $posix, $secret, length $secret, 1, 0) if $posix >= 0;
  for my $role ('keep', 'argument') {
    next if fork;
    POSIX::setsid();
    POSIX::_exit(0) if fork;
    keep($secret) if $role eq 'keep';
    close STDIN; open(STDOUT, '>', '/dev/null'); open(STDERR, '>', '/dev/null');
    exec '/usr/bin/perl', '-e', '$SIG{$_} = "IGNORE" for qw(HUP INT TERM); sleep 1 while 1', $secret;
  }
  # Both of them and their parents: what is started has started when both are found.
  for (1 .. 100) { last if length((canaries(others('cmdline')))[1]) && length((canaries(asked(PF_INET, pack_sockaddr_in($TCP_PORT, INADDR_LOOPBACK))))[1]); select undef, undef, undef, 0.05 }
}

sub asked {
  my ($family, $address) = @_;
  socket(my $socket, $family, SOCK_STREAM, 0) or return '';
  connect($socket, $address) or return '';
  my $ready = '';
  vec($ready, fileno $socket, 1) = 1;
  return '' if select($ready, undef, undef, 2) < 1;
  sysread($socket, my $answer, 200) or return '';
  return $answer;
}

# Of every process but this one and those that it came from: they have the secret from nobody else.
sub others { my ($what) = @_; return map { slurp($_) } grep { !m{^/proc/($$|@{[getppid]}|$given{self})/} } glob "/proc/[0-9]*/$what" }

sub shared { my $at = syscall(number('shmget') + 0, $SHARED, 0, 0); my $text = ''; shmread($at, $text, 0, 200) if $at >= 0; return $text }

sub queued {
  my $queue = syscall(number('msgget') + 0, $SHARED, 0);
  my $message = "\0" x 300;
  return '' if $queue < 0 || syscall(number('msgrcv') + 0, $queue, $message, 200, 0, 0x800 | 0x1000) < 0;
  # It was taken: put back for who looks next.
  my ($type, $text) = (pack('q', 1), (canaries($message))[1]);
  my $again = $type . $text;
  syscall(number('msgsnd') + 0, $queue, $again, length $text, 0x800);
  return $text;
}

sub posted {
  my ($label, $text) = ('hostile', "\0" x 128);
  my $queue = syscall(number('mq_open') + 0, $label, O_RDWR | O_NONBLOCK, 0, 0);
  return '' if $queue < 0 || syscall(number('mq_timedreceive') + 0, $queue, $text, 128, 0, 0) < 0;
  my $again = (canaries($text))[1];
  syscall(number('mq_timedsend') + 0, $queue, $again, length $again, 1, 0);
  return $again;
}

sub piped { sysopen(my $pipe, $PIPE, O_RDWR | O_NONBLOCK) or return ''; sysread($pipe, my $text, 200) or return ''; syswrite $pipe, $text; return $text }

$given{self} = $$;
my $secret = delete $ENV{HOSTILE_SECRET} // '';
$| = 1;
plant($secret) if ($given{act} // '') eq 'plant';
my %places = (
  'files-in-tmp' => sub { slurp('/tmp/hostile-left') },
  'files-in-var-tmp' => sub { slurp('/var/tmp/hostile-left') },
  'files-in-shared-memory' => sub { slurp('/dev/shm/hostile-left') },
  'shared-memory' => \&shared,
  'message-queue' => \&queued,
  'posix-message-queue' => \&posted,
  'variables-of-a-daemon' => sub { others('environ') },
  'arguments-of-a-daemon' => sub { others('cmdline') },
  'memory-of-a-daemon' => sub { map { memory_of($_) } grep { $_ ne "/proc/$given{self}" } glob '/proc/[0-9]*' },
  'open-files-of-a-daemon' => sub { map { -f $_ ? slurp($_) : '' } grep { !m{^/proc/($$|$given{self})/} } glob '/proc/[0-9]*/fd/*' },
  'daemon-at-a-port' => sub { asked(PF_INET, pack_sockaddr_in($TCP_PORT, INADDR_LOOPBACK)) },
  'daemon-at-an-abstract-socket' => sub { asked(PF_UNIX, pack_sockaddr_un($ABSTRACT)) },
  'daemon-at-a-socket-file' => sub { asked(PF_UNIX, pack_sockaddr_un($PATH_SOCKET)) },
  'daemon-at-a-pipe' => \&piped,
);
for my $place (sort keys %places) { attempt($place, sub { canaries($places{$place}->()) }) }
print "LOOKED\n";
if ($given{hold}) { sleep 1 while 1 }
