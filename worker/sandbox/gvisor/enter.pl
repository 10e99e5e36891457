# Closes what the worker inherited, walks into the sandbox's control groups, becomes nobody, and then the given command.
# For a worker that is root, nobody is a user namespace with two users in it: the job's own, who is 1000 inside, and one
# that exists for this alone, who is root there. runsc needs both, and can be root nowhere else. One program, because
# each start takes time.
#
# Arguments: the numbers of unshare and close on this machine, numbers of open files that nobody needs, of those that
# lead into groups, the job's user and the other one or '' twice, then "--" and the command.
# What `use strict` and `use warnings` do, without their files: half of the time that perl takes to start.
BEGIN { $^H |= 0x602; $^W = 1 }

my ($unshare, $close, $inherited, $doors, $user, $root) = splice @ARGV, 0, 6;
shift @ARGV;
my ($CLONE_NEWUSER, $inside) = (0x10000000, 1000);

syscall($close + 0, $_ + 0) for split / /, $inherited;
for my $number (split / /, $doors) {
  open(my $door, '>&=', $number) or die "airlock: group: $!\n";
  syswrite($door, '0') or die "airlock: group: $!\n";
  close $door;
}

# The maps are written from outside the namespace, by who still is root.
sub write_maps {
  my ($pid) = @_;
  for my $kind ('uid', 'gid') {
    open(my $map, '>', "/proc/$pid/${kind}_map") or die "airlock: ${kind}_map: $!\n";
    my $written = syswrite $map, "0 $root 1\n$inside $user 1\n";
    defined $written or die "airlock: ${kind}_map: $!\n";
  }
}

if ($user ne '') {
  my $own = $$;
  pipe(my $wait, my $go) or die "airlock: pipe: $!\n";
  my $helper = fork() // die "airlock: fork: $!\n";
  if ($helper == 0) {
    close $go;
    exit 1 unless defined <$wait>;
    write_maps($own);
    exit 0;
  }
  syscall($unshare + 0, $CLONE_NEWUSER) == 0 or die "airlock: user namespace: $!\n";
  close $wait;
  print {$go} "\n";
  close $go;
  waitpid $helper, 0;
  $? == 0 or die "airlock: the user namespace has no users\n";
  ($(, $)) = (0, '0 0');
  ($<, $>) = (0, 0);
  $> == 0 && $< == 0 or die "airlock: could not become nobody: $!\n";
}
exec { $ARGV[0] } @ARGV or die "airlock: $ARGV[0]: $!\n";
