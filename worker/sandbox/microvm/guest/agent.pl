# The first process of a guest: mounts what a sandbox has, runs commands as its unprivileged user, and tells the
# host how they ended. It loads no module: they would take longer than the kernel takes to start. So system calls and
# constants come by their numbers, those of x86-64, as is the machine.
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

sub mount_parts {
  my $remount = $REMOUNT | $RDONLY | $NOSUID | $NOEXEC;
  mounted('none', '/dev', 'tmpfs', $remount);
  mounted(disk('data'), "$own/data", 'ext4', $NOSUID | $NODEV | $NOATIME, 'noinit_itable,errors=remount-ro');
  for (['workspace', '/workspace'], ['home', '/home/airlock']) {
    mounted("$own/data/$_->[0]", $_->[1], '', $BIND);
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
sub bury { my ($main, $status) = @_; while ((my $pid = waitpid(-1, 1)) > 0) { $$status = $? if $pid == $main } }

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

sub run_child {
  my ($out, $err, $arguments, $environment) = @_;
  call('setsid');
  spew("$group/cgroup.procs", 0);
  own_memory();
  spew('/proc/self/oom_score_adj', 0);
  open(STDIN, '<&', $input) or die "stdin: $!\n";
  open(STDOUT, '>&', $out) or die "stdout: $!\n";
  open(STDERR, '>&', $err) or die "stderr: $!\n";
  call('close', $_) for 3 .. 63;
  limit(4, 0);
  limit(1, $config{disk});
  limit(7, 16_384);
  umask 022;
  chdir '/workspace' or die "workspace: $!\n";
  %ENV = map { split /=/, $_, 2 } @$environment;
  become_user($user);
  exec { $arguments->[0] } @$arguments;
  my $code = $! == $ENOENT ? 127 : 126;
  syswrite STDERR, "airlock: cannot run $arguments->[0]: $!\n";
  call('exit', $code);
}

sub run {
  my ($payload) = @_;
  my ($now, $count, @words) = split /\0/, $payload, -1;
  pop @words;
  my @arguments = splice @words, 0, $count;
  set_clock($now);
  my $kills = memory_kills();
  $input //= do { open(my $nothing, '<', '/dev/null') or die "null: $!\n"; $nothing };
  sysseek $input, 0, 0;
  pipe(my $out, my $outEnd) && pipe(my $err, my $errEnd) or die "pipe: $!\n";
  my $main = fork() // die "fork: $!\n";
  if ($main == 0) {
    eval { run_child($outEnd, $errEnd, \@arguments, \@words) };
    syswrite STDERR, "airlock: $@";
    call('exit', 125);
  }
  close $_ for $outEnd, $errEnd, $input;
  $input = undef;
  my ($status, $disk) = watch($main, [$out, 3], [$err, 4]);
  call('sync');
  my ($code, $signal) = ($status >> 8, $status & 127);
  my $flags = ($disk || over_disk() ? 1 : 0) | (memory_kills() > $kills ? 2 : 0);
  say_to_host(5, pack('CCC', $code, $signal, $flags));
}

# Hands output on until nothing of the command lives and all that it wrote is with the host.
sub watch {
  my ($main, @streams) = @_;
  my ($status, $disk, $killing, $looked) = (undef, 0, 0, time);
  while (1) {
    bury($main, \$status);
    if (time != $looked) { $looked = time; $disk ||= over_disk() }
    while (my ($type) = frame(0)) { $killing = 1 if $type == 5 }
    spew("$group/cgroup.kill", 1) if defined $status || $killing || $disk;
    my $alive = slurp("$group/cgroup.events") =~ /^populated 1/m;
    last if !@streams && !$alive && defined $status && !length $waiting;
    my ($read, $write) = ('', '');
    vec($read, 3, 1) = 1;
    vec($write, 3, 1) = 1 if length $waiting;
    if (length $waiting < $maxWaiting) { vec($read, fileno $_->[0], 1) = 1 for @streams }
    select($read, $write, undef, !@streams || defined $status ? 0.005 : 0.1);
    flush_some() if length $waiting && vec($write, 3, 1);
    @streams = grep { !vec($read, fileno $_->[0], 1) || length $waiting >= $maxWaiting || hand_on(@$_) } @streams;
  }
  return ($status, $disk);
}

sub hand_on {
  my ($stream, $type) = @_;
  my $read = sysread($stream, my $chunk, 65_536);
  $waiting .= pack('CN', $type, $read) . $chunk if $read;
  return $read || !defined $read && $! == $EINTR;
}

sub take_input {
  if (!defined $input) {
    sysopen($input, "$own/data/.input", $CREATE_NEW, 0600) or die "input: $!\n";
    unlink "$own/data/.input";
    chown $user, $user, $input;
  }
  syswrite($input, $_[0]) // die "input: $!\n";
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
  mkdir "$own/$_", 0700 for qw(cgroup sys data dev);
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
