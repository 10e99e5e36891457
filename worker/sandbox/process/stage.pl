# Shows host paths elsewhere, in a mount namespace of its own, and leaves the command that is to come. For a worker that is
# root: the job's user, which the command turns into, may not be able to walk to them where they are. One program,
# because mount(8) would have to be started once for each of them. What comes after it is in the same perl.
#
# Arguments: the numbers of unshare and mount on this machine, then FROM TO pairs, then "--" and the command.
# What `use strict` and `use warnings` do, without their files: half of the time that perl takes to start.
BEGIN { $^H |= 0x602; $^W = 1 }

my ($CLONE_NEWNS, $O_PATH) = (0x00020000, 0x00200000);
my ($MS_BIND, $MS_REC, $MS_SLAVE) = (0x1000, 0x4000, 0x80000);
my ($unshare, $mount) = splice @ARGV, 0, 2;

sub mount {
  my ($source, $target, $type, $flags) = @_;
  syscall($mount + 0, $source, $target, $type, $flags, 0) == 0 or die "airlock: mount on $target: $!\n";
}

syscall($unshare + 0, $CLONE_NEWNS) == 0 or die "airlock: mount namespace: $!\n";
# What happens here must not reach the host; what the host unmounts should go here too.
mount(my $none = 'none', my $root = '/', my $any = '', $MS_REC | $MS_SLAVE);

# Opened before /tmp is covered, because they may be in there.
my @pairs;
while (@ARGV && $ARGV[0] ne '--') {
  my ($from, $to) = splice @ARGV, 0, 2;
  sysopen(my $file, $from, $O_PATH) or die "airlock: $from: $!\n";
  push @pairs, [$file, $to];
}
shift @ARGV;
mount(my $source = 'tmpfs', my $target = '/tmp', my $type = 'tmpfs', 0);
for my $pair (@pairs) {
  my ($file, $to) = @$pair;
  my $from = '/proc/self/fd/' . fileno($file);
  if (-d $from) { mkdir $to, 0755 or die "airlock: $to: $!\n" }
  else { open(my $point, '>', $to) or die "airlock: $to: $!\n" }
  mount($from, $to, my $same = '', $MS_BIND | $MS_REC);
  close $file;
}
