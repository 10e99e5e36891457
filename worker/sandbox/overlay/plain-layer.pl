# Ends with 0 if what lies above in an overlay says all that it says by names: no folder of it hides, or takes from
# elsewhere, what is stored under its own name. That is in attributes, which whoever reads the layer may not see.
#
# Arguments: the number of llistxattr on this machine, the folder above, the folder that is stored.
BEGIN { $^H |= 0x602; $^W = 1 }

my ($list, $upper, $stored) = @ARGV;
my @left = ('workspace', 'home');
while (defined(my $path = pop @left)) {
  opendir(my $folder, "$upper/$path") or die "airlock: $path: $!\n";
  while (defined(my $name = readdir $folder)) {
    next if $name eq '.' || $name eq '..';
    my $at = "$path/$name";
    next unless is_folder("$upper/$at") && is_folder("$stored/$at");
    my ($above, $names) = ("$upper/$at", "\0" x 65_536);
    my $size = syscall($list + 0, $above, $names, length $names);
    $size >= 0 or die "airlock: attributes of $at: $!\n";
    substr($names, 0, $size) =~ /overlay\.(?:opaque|redirect)\0/ and die "airlock: $at is not what it seems\n";
    push @left, $at;
  }
  closedir $folder;
}

sub is_folder { return !-l $_[0] && -d _ }
