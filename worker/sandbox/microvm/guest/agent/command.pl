# One command of the job's: started as its user, its output handed on, everything of it dead at its end.

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

sub bury { my ($main, $status) = @_; while ((my $pid = waitpid(-1, 1)) > 0) { $$status = $? if $pid == $main } }

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
