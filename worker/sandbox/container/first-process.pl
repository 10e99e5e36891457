# The first process of a container. It waits on its standard input for the one command of this start, puts itself and
# everything after it under the system-call filter, starts the command, buries orphans and ends as the command ends.
# With it, by the kernel, goes every other process in the container. No module is loaded.
#
# Argument: number of prctl on this machine. Standard input: the length of what comes as 4 bytes, big-endian; then, each
# with its length before it in the same way: the word that tells of a want of memory, the filter, how many variables,
# NAME=VALUE for each, the argument list. What follows is the command's own standard input.
use strict;

my ($prctl) = @ARGV;
my ($PR_SET_DUMPABLE, $PR_SET_SECCOMP, $SECCOMP_MODE_FILTER) = (4, 22, 2);

sub refuse { print STDERR "airlock: $_[0]: $!\n"; exit 125 }

sub take {
  my ($wanted, $taken) = ($_[0], '');
  while (length $taken < $wanted) {
    # The worker is gone before it said what to do.
    exit 0 unless sysread STDIN, $taken, $wanted - length $taken, length $taken;
  }
  return $taken;
}

# How many processes the kernel has killed in this container for want of memory.
sub memory_kills {
  for my $path ('/sys/fs/cgroup/memory/memory.oom_control', '/sys/fs/cgroup/memory.events') {
    open my $file, '<', $path or next;
    while (<$file>) { return $1 if /^oom_kill (\d+)$/ }
  }
  return 0;
}

my ($want, $filter, $variables, @words) = unpack '(N/a)*', take(unpack 'N', take(4));
my %environment = map { /^([^=]+)=(.*)$/s ? ($1 => $2) : () } splice @words, 0, $variables;

my $program = pack 'Sx![P]P', length($filter) / 8, $filter;
syscall($prctl + 0, $PR_SET_SECCOMP, $SECCOMP_MODE_FILTER, $program, 0, 0) == 0 or refuse 'no system-call filter';

# Said before there is anybody else who could: from here on, how this ends is how the command ended.
syswrite STDOUT, "ready\n";
my $command = fork;
defined $command or refuse 'the command could not be started';
if (!$command) {
  setpgrp;
  # Where memory ends, the kernel should choose the command before the first process, which has to tell of it.
  if (open my $score, '>', '/proc/self/oom_score_adj') { print $score 500 }
  %ENV = %environment;
  exec { $words[0] } @words;
  refuse $words[0];
}
# The command has the same user: it must not be able to look into this process, or write into it.
syscall($prctl + 0, $PR_SET_DUMPABLE, 0, 0, 0, 0);
my $buried;
do { $buried = wait } until $buried == $command;
my $status = $?;
kill 'KILL', -1;
# Input that nobody took would break the connection, and with it the output that is on its way.
1 while sysread STDIN, my $unread, 65536;
print STDERR "airlock: $want\n" if memory_kills();
exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
