# The first process of a guest: mounts what a sandbox has, runs commands as its unprivileged user, and tells the
# host how they ended. It loads no module: they would take longer than the kernel takes to start. So system calls and
# constants come by their numbers, those of x86-64, as is the machine. Its parts are one program, in the order of
# read-script.ts: it is read from an open file, because the folder that it comes from is gone by then.
#
# Open files: 3 is the control port, 4 the broker's. Frames on the control port are a type byte, four bytes of length
# (big-endian) and as many of payload. From the host: 1 configuration, 2 seccomp filter, 3 a piece of standard input,
# 4 a command, 5 kill it. From here: 1 up, 2 ready, 3 standard output, 4 standard error, 5 the end, 6 what failed.
use strict;

my %call = (
  mount => 165, prctl => 157, seccomp => 317, setgroups => 116, setresuid => 117,
  setresgid => 119, statfs => 137, sync => 162, prlimit64 => 302, sethostname => 170, clock_settime => 227,
  unshare => 272, mknod => 133, setsid => 112, dup2 => 33, close => 3, exit => 231, fcntl => 72,
);
my ($ENOENT, $EINTR, $EAGAIN) = (2, 4, 11);
my ($CREATE_NEW, $NONBLOCK, $SETFD, $SETFL) = (0302, 04000, 2, 4);
my ($INET, $STREAM, $DATAGRAM) = (2, 1, 2);
my ($RDONLY, $NOSUID, $NODEV, $NOEXEC, $REMOUNT, $NOATIME, $BIND) = (1, 2, 4, 8, 32, 1024, 4096);
my ($user, $own, $group) = (1000, '/run/airlock', '/run/airlock/cgroup/job');
my $maxWaiting = 131_072;
my ($waiting, $incoming, $filter, %config, $input) = ('', '', '');

open(my $host, '+<&=', 3) or die "control port: $!";
fcntl($host, $SETFL, 2 | $NONBLOCK);
binmode $host;

sub call { my $name = shift; return syscall($call{$name}, @_) }

sub mounted {
  my ($source, $target, $type, $flags, $options) = @_;
  $options //= '';
  call('mount', $source, $target, $type, $flags, $options) == 0 or die "mount on $target: $!\n";
}

sub spew {
  my ($path, $text) = @_;
  open(my $file, '>', $path) or die "$path: $!\n";
  syswrite($file, $text) // die "$path: $!\n";
}

sub slurp {
  my ($path) = @_;
  open(my $file, '<', $path) or return '';
  local $/;
  return <$file> // '';
}

# Waits until everything of it is with the host, so only for small things outside of a command.
sub say_to_host { $waiting .= pack('CN', $_[0], length $_[1]) . $_[1]; flush_some() while length $waiting }

# Waits for at most a moment, so that the caller can look after the command meanwhile.
sub flush_some {
  my $wrote = syswrite($host, $waiting, 65_536);
  if (defined $wrote) { substr($waiting, 0, $wrote, ''); return }
  die "control port: $!\n" unless $! == $EAGAIN || $! == $EINTR;
  my $ready = '';
  vec($ready, 3, 1) = 1;
  select(undef, $ready, undef, 0.05);
}

# The next whole frame that has come, if any: type and payload. Waits for one if asked to.
sub frame {
  my ($wait) = @_;
  while (1) {
    if (length $incoming >= 5) {
      my ($type, $length) = unpack('CN', $incoming);
      if (length $incoming >= 5 + $length) {
        my $payload = substr($incoming, 5, $length);
        substr($incoming, 0, 5 + $length, '');
        return ($type, $payload);
      }
    }
    my $read = sysread($host, $incoming, 65_536, length $incoming);
    next if $read;
    return unless $wait;
    my $ready = '';
    vec($ready, 3, 1) = 1;
    select($ready, undef, undef, 1);
  }
}
