# What every attempt of the hostile suite can use. The suite adds the attempts below it and runs the whole as one
# program, inside and as the control. Modules of perl-base only, because every image has those.
#
# Arguments are NAME=VALUE: the numbers of system calls on this machine, and where the sinks are.
# Output: one line per attempt: its name, "yes" or "no", and what was seen.
use strict;
use warnings;
no warnings qw(portable once);
use Errno ();
use Fcntl;
use POSIX ();
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);

my %given = map { /^([A-Za-z0-9_]+)=(.*)$/s ? ($1 => $2) : () } @ARGV;
my ($CLONE_NEWNS, $CLONE_NEWUSER, $SIGCHLD, $AT_FDCWD) = (0x00020000, 0x10000000, 17, -100);
# How long an attempt may take, in seconds.
my $SECONDS = $given{patience} // 8;
our $name = '';

# In a process of its own: for attempts that change something of the process in which they run.
sub attempt { together([@_]) }

# In one process, each with an alarm: for attempts that only look. One that hangs or dies takes no other with it: the
# next goes on in another process.
sub together {
  my @left = @_;
  while (@left) {
    my ($answers, $signal) = answers_of(@left);
    print $answers;
    splice @left, 0, $answers =~ tr/\n//;
    print "$left[0][0]\tno\tended by signal $signal\n" if @left;
    shift @left;
  }
}

# A line for each that came to its end, and the signal that ended them. What an attempt started may live on, stopped or
# waiting in the kernel: it gets no stream that somebody reads to its end, and a child that does not end is killed.
sub answers_of {
  pipe(my $read, my $write) or die "pipe: $!";
  my $pid = fork() // die "fork: $!";
  if ($pid == 0) {
    close $read;
    for (*STDOUT, *STDERR) { open($_, '>', '/dev/null') or die "quiet: $!" }
    own_mounts() if ($given{control} // '') eq 'root';
    for (@_) { alarm $SECONDS; syswrite $write, answer_of(@$_) }
    POSIX::_exit(0);
  }
  close $write;
  my ($answers, $heard, $status) = ('', time);
  while (1) {
    my $ready = '';
    vec($ready, fileno $read, 1) = 1;
    if (select($ready, undef, undef, defined $status ? 0 : 0.02) > 0) {
      sysread($read, $answers, 65536, length $answers) or last;
      $heard = time;
    }
    elsif (defined $status) { last }
    elsif (waitpid($pid, POSIX::WNOHANG()) == $pid) { $status = $? }
    elsif (time - $heard > 2 * $SECONDS) { kill 'KILL', $pid }
  }
  if (!defined $status) { waitpid $pid, 0; $status = $? }
  return ($answers, $status & 127);
}

sub answer_of {
  ($name, my $try) = @_;
  my ($worked, $detail) = eval { $try->() };
  ($worked, $detail) = (0, $@) if $@;
  my $answer = ($worked ? 'yes' : 'no') . "\t" . substr($detail // '', 0, 3000);
  $answer =~ s/[\r\n\0]+/ /g;
  return "$name\t$answer\n";
}

# The control as root must not change what the others of its attempts, or the host, have mounted.
sub own_mounts {
  syscall(number('unshare') + 0, $CLONE_NEWNS) == 0 or die "mount namespace: $!\n";
  syscall(number('mount') + 0, my $none = 'none', my $root = '/', my $any = '', 0x44000, 0) == 0 or die "private: $!\n";
}

# Makes a folder writable where the attempt is the control; inside it stays as it is.
sub free {
  my ($folder) = @_;
  return unless ($given{control} // '') eq 'root';
  syscall(number('mount') + 0, my $none = 'none', $folder, my $type = 'tmpfs', 0, 0) == 0 or die "free: $!\n";
}

sub number { $given{$_[0]} // die "no number for $_[0]\n" }

# True if the kernel did it.
sub call {
  my ($call, @arguments) = @_;
  my $result = syscall(number($call) + 0, @arguments);
  return $result == -1 ? (0, "$!") : (1, "result $result");
}

# True if the kernel looked at what was asked for, rather than at who asks: only those who may get as far as that.
sub heard {
  my @result = call(@_);
  my $refused = $!{EPERM} || $!{EACCES} || $!{ENOSYS} || $!{EOPNOTSUPP};
  return $result[0] || !$refused ? (1, "heard: $result[1]") : @result;
}

# True if there is a socket of this kind.
sub has_socket {
  my ($family, $type, $protocol) = @_;
  return call('socket', $family, $type, $protocol);
}

sub opens {
  my ($path, $how) = @_;
  sysopen(my $file, $path, $how | O_NONBLOCK | O_NOCTTY) or return (0, "$path: $!");
  # Engines mask files with the null device.
  return -c $file && (stat _)[6] == 0x103 ? (0, "$path is masked") : (1, "$path is open");
}

sub opens_any {
  my ($how, @paths) = @_;
  my @result;
  for my $path (@paths) { @result = opens($path, $how); last if $result[0] }
  return @result ? @result : (0, 'there is none');
}

# What is found of canaries in a text. The worker knows which are its own.
sub canaries { my %seen = map { $_ => 1 } join("\n", map { $_ // '' } @_) =~ /canary-[a-z]+-[0-9a-f]{32}/g; return (0, join ' ', sort keys %seen) }

sub slurp {
  my ($path) = @_;
  sysopen(my $file, $path, O_RDONLY | O_NONBLOCK) or return '';
  my ($all, $block) = ('', '');
  while (length $all < 4_000_000 && sysread($file, $block, 65536)) { $all .= $block }
  return $all;
}

sub reads { return canaries(map { slurp($_) } @_) }

# What a process keeps on its heap and stack.
sub memory_of {
  my ($process) = @_;
  return '' if $process eq "/proc/$$";
  open(my $memory, '<', "$process/mem") or return '';
  my $all = '';
  for (split /\n/, slurp("$process/maps")) {
    my ($from, $to) = /^([0-9a-f]+)-([0-9a-f]+) r.*\[(?:heap|stack)\]/ or next;
    ($from, $to) = (hex $from, hex $to);
    sysseek($memory, $from, 0) && sysread($memory, my $block, $to - $from > 4_000_000 ? 4_000_000 : $to - $from) or next;
    $all .= $block;
  }
  return $all;
}

# Leaves this attempt's name where the worker looks for it.
sub leaves {
  my ($path) = @_;
  open(my $file, '>', $path) or return (0, "$path: $!");
  print $file $name;
  return close $file ? (1, "written to $path") : (0, "$path: $!");
}

# Says this attempt's name to a listener.
sub says {
  my ($family, $type, $address) = @_;
  socket(my $socket, $family, $type, 0) or return (0, "socket: $!");
  connect($socket, $address) or return (0, "connect: $!");
  defined send($socket, "$name\n", 0) or return (0, "send: $!");
  shutdown $socket, 1;
  return (1, 'said');
}

# Asks for a connection without waiting for it: true if it is on its way.
sub sets_out {
  my ($type, $address, $port) = @_;
  socket(my $socket, PF_INET, $type, 0) or return (0, "socket: $!");
  fcntl($socket, F_SETFL, O_NONBLOCK) or return (0, "$!");
  setsockopt($socket, SOL_SOCKET, SO_BROADCAST, 1);
  my $there = connect($socket, pack_sockaddr_in($port, inet_aton($address))) || $!{EINPROGRESS};
  $there &&= defined send($socket, 'x', 0) if $type == SOCK_DGRAM;
  return ($there, $there ? 'on its way' : "$!");
}

# A child that does nothing, for attempts that need another process.
sub victim {
  my $pid = fork() // die "fork: $!";
  if ($pid == 0) { sleep 6; POSIX::_exit(0) }
  return $pid;
}

# Every socket file below these folders.
sub sockets_below {
  my @folders = @_;
  my @found;
  for (my $seen = 0; @folders && $seen < 20_000;) {
    my $folder = shift @folders;
    opendir(my $handle, $folder) or next;
    for my $entry (grep { !/^\.\.?$/ } readdir $handle) {
      $seen++;
      my $path = "$folder/$entry";
      lstat $path or next;
      push @found, $path if -S _;
      push @folders, $path if -d _;
    }
  }
  return @found;
}

# Sends bytes to the broker, and more once it has answered with 200. True if it answered with 200 to the last.
sub asks {
  my ($status, @parts) = ('', @_);
  socket(my $socket, PF_INET, SOCK_STREAM, 0) or return (0, "$!");
  connect($socket, pack_sockaddr_in(3128, INADDR_LOOPBACK)) or return (0, "no broker: $!");
  for my $part (@parts) {
    defined send($socket, $part, 0x4000) or return (0, "send: $!");
    my $answer = '';
    while ($answer !~ /\r\n\r\n/) {
      my $ready = '';
      vec($ready, fileno $socket, 1) = 1;
      last if select($ready, undef, undef, 4) < 1 || !sysread($socket, $answer, 4096, length $answer);
    }
    ($status) = $answer =~ m{^HTTP/1\.\d (.*?)\r\n} or return (0, 'no answer');
    return (0, $status) unless $status =~ /^200/;
  }
  return (1, $status);
}

sub proxied { my ($target) = @_; return "GET http://$target/$name HTTP/1.1\r\nHost: $target\r\nConnection: close\r\n\r\n" }

sub tunnelled { my ($target) = @_; return ("CONNECT $target HTTP/1.1\r\nHost: $target\r\n\r\n", "GET /$name HTTP/1.1\r\nHost: $target\r\nConnection: close\r\n\r\n") }

sub model {
  my ($path, @headers) = @_;
  my $body = qq({"model":"claude-sonnet-5","max_tokens":10,"messages":[{"role":"user","content":"$name"}]});
  return join "\r\n", "POST $path HTTP/1.1", 'Host: 127.0.0.1:3128', 'Content-Type: application/json', 'Content-Length: ' . length $body, 'Connection: close', @headers, '', $body;
}
