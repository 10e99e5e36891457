# What lies below a guest's disk where only a layer is on it, as the guest's kernel puts the two together: a name of the
# layer hides the one below, whatever it is; a folder shows both, unless it says that it is opaque, or is the one of
# another place. What is below is read here as the host has it, and never changed.

# Of the attributes that only a guest's kernel sets; they lie in the inode, and where they do not fit in a block.
sub overlay_attributes {
  my ($inode) = @_;
  my %found;
  my $start = 128 + unpack 'v', substr $inode->{raw}, 128, 2;
  if ($start + 4 <= $inodeSize && unpack('V', substr $inode->{raw}, $start, 4) == 0xea020000) {
    attributes_in(substr($inode->{raw}, $start + 4), 0, \%found);
  }
  if ($inode->{attributes} > 0) {
    die "attributes that are not on the disk\n" if $inode->{attributes} >= $blocks;
    my $area = bytes_at($inode->{attributes} * $block, $block);
    die "damaged attributes\n" if unpack('V', $area) != 0xea020000;
    attributes_in($area, 32, \%found);
  }
  return \%found;
}

sub attributes_in {
  my ($area, $at, $found) = @_;
  while ($at + 16 <= length $area && unpack('V', substr $area, $at, 4) != 0) {
    my ($length, $index, $offset, $elsewhere, $size) = unpack 'C C v V V', substr $area, $at, 12;
    my $name = substr $area, $at + 16, $length;
    $at += 16 + ($length + 3 & ~3);
    next if $index != 4 || $name !~ /^overlay\.(opaque|redirect)\z/;
    die "damaged attributes\n" if $elsewhere != 0 || $offset + $size > length $area;
    $found->{$1} = substr $area, $offset, $size;
  }
}

sub is_folder { return !-l $_[0] && -d _ }

# The folder below a folder of the layer; undef: none. $root is below the top, $parent below the folder that it is in.
sub below_of {
  my ($inode, $root, $parent, $name) = @_;
  my $attributes = overlay_attributes($inode);
  return undef if ($attributes->{opaque} // '') eq 'y';
  my $path = defined $parent ? "$parent/" . ($attributes->{redirect} // $name) : undef;
  if (defined(my $redirect = $attributes->{redirect})) {
    my $absolute = $redirect =~ s{^/}{};
    my @parts = split m{/}, $redirect, -1;
    die "a folder that is from nowhere\n" if !@parts || !$absolute && @parts > 1 || grep { /^\.{0,2}\z|\0/ } @parts;
    if ($absolute) {
      $path = $root;
      for my $part (@parts) { $path .= "/$part"; return undef unless is_folder($path) }
    }
  }
  return defined $path && is_folder($path) ? $path : undef;
}

sub names_below {
  my ($path) = @_;
  opendir(my $folder, $path) or die "$path: $!\n";
  return grep { $_ ne '.' && $_ ne '..' } readdir $folder;
}

sub count_entry { die "more than $maxEntries entries\n" if ++$entries > $maxEntries }

# Plans what is below a folder and has no name of the layer over it. At its own place the host has it already, as
# [undef, path]; else it is to be copied.
sub plan_below {
  my ($into, $below, $names, $moved) = @_;
  for my $name (names_below($below)) {
    next if exists $names->{$name};
    count_entry();
    if ($moved) { plan_copy($into, $name, "$below/$name") }
    else { $into->{$name} = [undef, "$below/$name"] }
  }
}

# Plans a copy of what is below, whole.
sub plan_copy {
  my @left = ([@_]);
  while (my $next = pop @left) {
    my ($into, $name, $path) = @$next;
    my ($mode, $size, $mtime) = (lstat $path)[2, 7, 9];
    die "$path: $!\n" unless defined $mode;
    count_entry();
    my $inode = { below => $path, number => '', mode => $mode, size => $size, mtime => $mtime, links => 1 };
    my $kind = $mode & $KIND;
    if ($kind == $LINK) { $into->{$name} = [$inode, readlink $path] }
    elsif ($kind == $FILE) {
      die "more than $maxBytes bytes\n" if ($bytes += $size) > $maxBytes;
      $into->{$name} = [$inode, []];
    }
    elsif ($kind == $FOLDER) {
      $into->{$name} = [$inode, my $inner = {}];
      push @left, map { [$inner, $_, "$path/$_"] } names_below($path);
    }
  }
}

# What is to be done for a name of the current folder: nothing, where the host shows what is below and nothing that was
# brought out earlier lies over it.
sub to_do {
  my ($planned, $name) = @_;
  my ($inode, $path) = @$planned;
  return $planned if defined $inode;
  my $above = $path =~ s{^/lower/}{/upper/}r;
  return undef if lstat $name && !lstat $above && $!{ENOENT};
  plan_copy(\my %copy, $name, $path);
  return $copy{$name};
}
