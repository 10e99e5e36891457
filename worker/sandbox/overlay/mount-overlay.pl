# Shows a folder that nobody may change, as another user's where that is asked for, and lays a writable one over it. The
# folder in between is a mount, read-only, and stays: whoever reads the job's layers compares them with it.
#
# Arguments: the numbers of unshare, mount, umount2, open_tree, mount_setattr and move_mount on this machine, a map of
# users and one of groups as the kernel takes them, both empty where nobody is to be mapped, the overlay's options beside
# its folders, the folder, and the folder that everything else lies beside.
# What `use strict` and `use warnings` do, without their files: half of the time that perl takes to start.
BEGIN { $^H |= 0x602; $^W = 1 }

my ($CLONE_NEWUSER, $AT_FDCWD, $AT_EMPTY_PATH) = (0x10000000, -100, 0x1000);
my ($OPEN_TREE_CLONE, $MOVE_MOUNT_F_EMPTY_PATH) = (1, 4);
my ($RDONLY, $NOSUID, $NODEV, $IDMAP) = (0x1, 0x2, 0x4, 0x100000);
my ($MS_NOSUID, $MS_NODEV, $MS_PRIVATE, $MNT_DETACH) = (2, 4, 0x40000, 2);

my ($unshare, $mount, $umount, $open_tree, $mount_setattr, $move_mount) = map { $_ + 0 } splice @ARGV, 0, 6;
my ($users, $groups, $how, $from, $name) = splice @ARGV, 0, 5;
my $none = '';

# A user namespace lives as long as somebody holds it: a child makes it, and ends when this has it open.
sub namespace_of {
  pipe(my $ready, my $made) && pipe(my $wait, my $done) or die "airlock: pipe: $!\n";
  my $child = fork // die "airlock: fork: $!\n";
  if ($child == 0) {
    close $done;
    syscall($unshare, $CLONE_NEWUSER) == 0 or die "airlock: user namespace: $!\n";
    syswrite $made, 'x';
    sysread $wait, my $end, 1;
    exit 0;
  }
  close $made;
  sysread $ready, my $byte, 1 or die "airlock: there is no user namespace to be had\n";
  for (['uid_map', $users], ['gid_map', $groups]) {
    my ($file, $map) = @$_;
    open(my $out, '>', "/proc/$child/$file") or die "airlock: $file: $!\n";
    defined syswrite $out, $map or die "airlock: $file: $!\n";
  }
  open(my $namespace, '<', "/proc/$child/ns/user") or die "airlock: user namespace: $!\n";
  close $done;
  waitpid $child, 0;
  return $namespace;
}

my $namespace = $users eq '' ? undef : namespace_of();
my $tree = syscall($open_tree, $AT_FDCWD, $from, $OPEN_TREE_CLONE);
$tree >= 0 or die "airlock: open_tree of $from: $!\n";
my @mapped = defined $namespace ? ($IDMAP, fileno $namespace) : (0, 0);
my $attributes = pack 'Q4', $RDONLY | $NOSUID | $NODEV | $mapped[0], 0, $MS_PRIVATE, $mapped[1];
syscall($mount_setattr, $tree, $none, $AT_EMPTY_PATH, $attributes, length $attributes) == 0
  or die "airlock: attributes of a mount of $from: $!\n";
my $lower = "$name-lower";
syscall($move_mount, $tree, $none, $AT_FDCWD, $lower, $MOVE_MOUNT_F_EMPTY_PATH) == 0
  or die "airlock: move_mount on $lower: $!\n";

# Relative paths, because a comma or colon would end one of them. volatile: what is in there goes with the job, and nobody
# waits until it is on the disk.
my $options = "lowerdir=$lower,upperdir=$name-upper,workdir=$name-work,metacopy=off,index=off,volatile,$how";
my ($source, $type) = ('airlock', 'overlay');
my $failed = syscall($mount, $source, $name, $type, $MS_NOSUID | $MS_NODEV, $options) == 0 ? '' : "$!";
if ($failed ne '') {
  syscall($umount, $lower, $MNT_DETACH) == 0 or die "airlock: unmounting $lower: $!\n";
  die "airlock: overlay on $name: $failed\n";
}
# Where the file system cannot hold what an overlay writes down, the kernel mounts it read-only and calls that a success.
mkdir "$name/try" and rmdir "$name/try" or die "airlock: overlay on $name cannot be written to: $!\n";
