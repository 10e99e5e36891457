# Takes every extended attribute away from what is in the given folders, and looks that all of it belongs to one user.
# Follows no symlink. Ends with an error at the first thing that it cannot make so.
#
# Arguments: the numbers of llistxattr and lremovexattr on this machine, then the folders.
# What `use strict` and `use warnings` do, without their files: half of the time that perl takes to start.
BEGIN { $^H |= 0x602; $^W = 1 }

my $ENOTSUP = 95;
my ($list, $remove) = map { $_ + 0 } splice @ARGV, 0, 2;
my ($uid, $gid) = (lstat $ARGV[0])[4, 5];
while (defined(my $path = pop @ARGV)) {
  my ($mode, $owner, $group) = (lstat $path)[2, 4, 5];
  defined $mode or die "airlock: $path: $!\n";
  $owner == $uid && $group == $gid or die "airlock: $path is another user's\n";
  my $size = syscall($list, $path, my $none = '', 0);
  $size >= 0 or $! == $ENOTSUP or die "airlock: attributes of $path: $!\n";
  if ($size > 0) {
    my $names = "\0" x $size;
    $size = syscall($list, $path, $names, $size);
    $size >= 0 or die "airlock: attributes of $path: $!\n";
    for my $name (split /\0/, substr $names, 0, $size) {
      syscall($remove, $path, $name) == 0 or die "airlock: attribute $name of $path: $!\n";
    }
  }
  next if ($mode & 0170000) != 0040000;
  opendir(my $folder, $path) or die "airlock: $path: $!\n";
  while (defined(my $name = readdir $folder)) {
    push @ARGV, "$path/$name" if $name ne '.' && $name ne '..';
  }
  closedir $folder;
}
