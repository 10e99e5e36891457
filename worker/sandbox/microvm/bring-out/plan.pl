# The whole tree that is on the disk, within the budget, before anything is written.

# The tree as a plan: { name => [inode, plan of a folder | target of a link | extents of a file] }. Nothing here calls
# itself for a folder in a folder: a job may nest them as deep as its disk is large. $root is what lies below it all.
sub plan {
  my ($top, $root) = @_;
  my %plan;
  my @left = ([$top, \%plan, $root, 0]);
  while (my $next = pop @left) {
    my ($folder, $into, $below, $moved) = @$next;
    die "a folder that is in itself\n" if $seen{ $folder->{number} }++;
    my $names = names($folder);
    plan_below($into, $below, $names, $moved) if defined $below;
    for my $name (keys %$names) {
      count_entry();
      my $inode = inode($names->{$name});
      my $kind = $inode->{mode} & $KIND;
      if ($kind == $FOLDER) {
        my $under = defined $root ? below_of($inode, $root, $below, $name) : undef;
        my $isMoved = defined $under && ($moved || !defined $below || $under ne "$below/$name");
        push @left, [$inode, my $inner = {}, $under, $isMoved];
        $into->{$name} = [$inode, $inner];
      }
      elsif ($kind == $LINK) { $into->{$name} = [$inode, target($inode)] }
      elsif ($kind == $FILE) { $into->{$name} = [$inode, file($inode)] }
      # Pipes, sockets and devices mean nothing outside of the guest; in a layer they hide what is below.
    }
  }
  return \%plan;
}

sub target {
  my ($inode) = @_;
  my $target = $inode->{size} < 60 ? substr($inode->{map}, 0, $inode->{size}) : content($inode, 4095);
  die "a link to nowhere\n" if $target eq '' || $target =~ /\0/;
  return $target;
}

my %files;
sub file {
  my ($inode) = @_;
  return $files{ $inode->{number} } if $files{ $inode->{number} };
  die "a file of more than $maxBytes bytes\n" if $inode->{size} > $maxBytes;
  my $extents = extents($inode);
  $bytes += $_->[1] * $block for grep { defined $_->[2] } @$extents;
  die "more than $maxBytes bytes\n" if $bytes > $maxBytes;
  return $files{ $inode->{number} } = $extents;
}
