# The content of files and links, and how it is written: only what differs from what the host has.

# Calls back with each written piece of a file that lies within its size: where it is in the file, and its bytes.
sub pieces {
  my ($inode, $extents, $each) = @_;
  return pieces_below($inode->{below}, $each) if defined $inode->{below};
  for my $extent (@$extents) {
    my ($logical, $length, $from) = @$extent;
    next unless defined $from;
    for (my $done = 0; $done < $length * $block; $done += $mebibyte) {
      my $at = $logical * $block + $done;
      my $room = $inode->{size} - $at;
      last if $room <= 0;
      my $want = $length * $block - $done;
      ($want > $_) && ($want = $_) for $mebibyte, $room;
      $each->($at, bytes_at($from * $block + $done, $want)) or return 0;
    }
  }
  return 1;
}

sub pieces_below {
  my ($path, $each) = @_;
  sysopen(my $file, $path, O_RDONLY | O_NOFOLLOW) or die "$path: $!\n";
  for (my $at = 0; sysread $file, my $data, $mebibyte; $at += length $data) { $each->($at, $data) or return 0 }
  return 1;
}

# True if the host's file is this one already. Files with holes are not compared: their zeros may have no end.
sub same {
  my ($name, $inode, $extents) = @_;
  my $covered = 0;
  $covered += $_->[1] * $block for grep { defined $_->[2] } @$extents;
  return 0 if $covered < $inode->{size} && !defined $inode->{below};
  sysopen(my $file, $name, O_RDONLY | O_NOFOLLOW) or return 0;
  return pieces($inode, $extents, sub {
    my ($at, $data) = @_;
    sysseek($file, $at, 0) or return 0;
    my $own = '';
    sysread($file, $own, length $data);
    return $own eq $data;
  });
}

my %written;
sub write_file {
  my ($name, $inode, $extents, $place) = @_;
  my @there = lstat $name;
  my $twin = $written{ $inode->{number} };
  if (defined $twin) {
    remove($name) if @there;
    link_to($twin, $name);
    return;
  }
  $written{ $inode->{number} } = $place if $inode->{links} > 1;
  my $like = @there && ($there[2] & $KIND) == $FILE && $there[3] == 1 && $inode->{links} == 1 && $there[7] == $inode->{size};
  if (!$like || !same($name, $inode, $extents)) {
    remove($name) if @there;
    sysopen(my $file, $name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600) or die "$name: $!\n";
    pieces($inode, $extents, sub {
      my ($at, $data) = @_;
      sysseek($file, $at, 0);
      return (syswrite($file, $data) // 0) == length $data || die "write: $!\n";
    });
    truncate($file, $inode->{size}) or die "truncate: $!\n";
  }
  dress($name, $inode);
}

# Permissions without set-uid, set-gid and sticky.
sub dress {
  my ($name, $inode) = @_;
  chmod $inode->{mode} & 0777, $name or die "mode: $!\n";
  utime $inode->{mtime}, $inode->{mtime}, $name;
}

sub write_link {
  my ($name, $target) = @_;
  return if (readlink($name) // '') eq $target;
  remove($name) if lstat $name;
  symlink($target, $name) or die "symlink: $!\n";
}

# A second name for a file, in the current folder. Its first may be too far away for a path that a call takes.
sub link_to {
  my ($place, $name) = @_;
  my @way;
  for (; defined $place; $place = $place->[0]) { unshift @way, $place->[1] }
  my ($none, $there) = (-100, pop @way);
  opendir(my $here, '.') or die "folder: $!\n";
  chdir $_ or die "link: $!\n" for @way;
  syscall($linkat, $none, $there, fileno $here, $name, 0) == 0 or die "link: $!\n";
  chdir $here or die "link: $!\n";
}
