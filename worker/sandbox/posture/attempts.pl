# Tries, one after the other, what nobody in a sandbox may do, and says of each whether it worked. The same script
# runs on the host as the control. Modules of perl-base only, because every Debian has those.
#
# Arguments are NAME=VALUE: the numbers of system calls on this machine, and where the sinks are.
# Output: one line per attempt, NAME, "yes" or "no", and what was seen.
use strict;
use warnings;
use Fcntl;
use POSIX ();
use Socket;

my %given = map { /^([a-z0-9_]+)=(.*)$/s ? ($1 => $2) : () } @ARGV;
my ($CLONE_NEWUSER, $CLONE_NEWNS, $SIGCHLD) = (0x10000000, 0x00020000, 17);
my ($PTRACE_ATTACH, $TIOCSTI, $TIOCGWINSZ) = (16, 0x5412, 0x5413);

# Each in a process of its own with an alarm: an attempt that hangs or dies must not take the others with it.
sub attempt {
  my ($name, $try) = @_;
  pipe(my $read, my $write) or die "pipe: $!";
  my $pid = fork() // die "fork: $!";
  if ($pid == 0) {
    close $read;
    alarm 5;
    my ($worked, $detail) = $try->();
    syswrite $write, ($worked ? 'yes' : 'no') . "\t" . ($detail // '');
    POSIX::_exit(0);
  }
  close $write;
  my $answer = do { local $/; <$read> };
  waitpid $pid, 0;
  $answer = "no\tended by signal " . ($? & 127) unless length $answer;
  $answer =~ s/[\r\n]+/ /g;
  print "$name\t$answer\n";
}

# A call that gives -1 failed; the reason is the detail.
sub call {
  my ($name, @arguments) = @_;
  die "no number for $name" unless exists $given{$name};
  my $result = syscall($given{$name} + 0, @arguments);
  return $result == -1 ? (0, "$!") : (1, "result $result");
}

sub connects {
  my ($family, $address) = @_;
  socket(my $socket, $family, SOCK_STREAM, 0) or return (0, "socket: $!");
  return connect($socket, $address) ? (1, 'connected') : (0, "$!");
}

attempt('tcp', sub { connects(PF_INET, pack_sockaddr_in($given{tcp_port}, inet_aton('127.0.0.1'))) });
attempt('udp', sub {
  socket(my $socket, PF_INET, SOCK_DGRAM, 0) or return (0, "$!");
  return send($socket, 'x', 0, pack_sockaddr_in($given{udp_port}, inet_aton('127.0.0.1'))) ? (1, 'sent') : (0, "$!");
});
attempt('metadata', sub {
  socket(my $socket, PF_INET, SOCK_STREAM, 0) or return (0, "$!");
  fcntl($socket, F_SETFL, O_NONBLOCK) or return (0, "$!");
  my $there = connect($socket, pack_sockaddr_in(80, inet_aton('169.254.169.254'))) || $! == POSIX::EINPROGRESS();
  return ($there, $there ? 'on its way' : "$!");
});
attempt('dns', sub {
  socket(my $socket, PF_INET, SOCK_DGRAM, 0) or return (0, "$!");
  return send($socket, 'x', 0, pack_sockaddr_in(53, inet_aton('192.0.2.53'))) ? (1, 'sent') : (0, "$!");
});
attempt('unix-socket', sub { connects(PF_UNIX, pack_sockaddr_un($given{unix_path})) });
attempt('abstract-socket', sub { connects(PF_UNIX, pack_sockaddr_un("\0$given{abstract_name}")) });
attempt('host-file', sub {
  open(my $file, '<', $given{read_path}) or return (0, "$!");
  return (1, scalar <$file>);
});
attempt('host-write', sub {
  open(my $file, '>', $given{write_path}) or return (0, "$!");
  return (1, 'written');
});
attempt('device', sub { -e '/dev/kmsg' ? (1, '/dev/kmsg is there') : (0, "$!") });
attempt('privileges', sub {
  open(my $file, '<', '/proc/self/status') or return (0, "$!");
  my $status = do { local $/; <$file> };
  # PR_GET_NO_NEW_PRIVS: not every kernel shows it in the file.
  my ($none, $locked) = ($status =~ /^CapEff:\s*0+$/m, syscall($given{prctl} + 0, 39, 0, 0, 0, 0) == 1);
  return (!($none && $locked), ($none ? 'no' : 'some') . ' capabilities, ' . ($locked ? 'none' : 'more') . ' to gain');
});
attempt('keyring', sub { call('keyctl', 0, -3, 1) });
attempt('ptrace', sub {
  my $victim = fork() // return (0, "$!");
  if ($victim == 0) { sleep 5; POSIX::_exit(0) }
  my @result = call('ptrace', $PTRACE_ATTACH, $victim, 0, 0);
  kill 'KILL', $victim;
  return @result;
});
attempt('user-namespace', sub { call('unshare', $CLONE_NEWUSER) });
attempt('clone-namespace', sub {
  my @result = call('clone', $CLONE_NEWUSER | $SIGCHLD, 0, 0, 0, 0);
  POSIX::_exit(0) if $result[1] eq 'result 0';
  return @result;
});
attempt('mount', sub {
  my ($source, $target, $type) = ('none', '/tmp', 'tmpfs');
  call('unshare', $CLONE_NEWUSER | $CLONE_NEWNS);
  return call('mount', $source, $target, $type, 0, 0);
});
attempt('io-uring', sub { my $parameters = "\0" x 120; call('io_uring_setup', 4, $parameters) });
attempt('af-alg', sub { call('socket', 38, 5, 0) });
attempt('af-vsock', sub { call('socket', 40, 1, 0) });
attempt('netlink', sub { call('socket', 16, 3, 9) });
attempt('bpf', sub { my $attributes = pack('L4', 2, 4, 4, 1) . "\0" x 112; call('bpf', 0, $attributes, 128) });
attempt('perf-events', sub { my $attributes = pack('LL', 1, 112) . "\0" x 104; call('perf_event_open', $attributes, 0, -1, -1, 0) });
attempt('typing-into-a-terminal', sub {
  POSIX::setsid();
  $SIG{HUP} = 'IGNORE';
  sysopen(my $master, '/dev/ptmx', O_RDWR | O_NOCTTY) or return (0, "ptmx: $!");
  my ($unlock, $number, $size, $typed) = (pack('i', 0), pack('I', 0), "\0" x 8, 'x');
  ioctl($master, 0x40045431, $unlock) && ioctl($master, 0x80045430, $number) or return (0, "pty: $!");
  sysopen(my $terminal, '/dev/pts/' . unpack('I', $number), O_RDWR) or return (0, "pts: $!");
  ioctl($terminal, $TIOCGWINSZ, $size) or return (0, "not a terminal: $!");
  # The second has a bit set above the 32 that the kernel looks at.
  for my $request ($TIOCSTI, $TIOCSTI | 1 << 32) {
    return (1, sprintf('request %x', $request)) if syscall($given{ioctl} + 0, fileno($terminal), $request, $typed) == 0;
  }
  return (0, "$!");
});
