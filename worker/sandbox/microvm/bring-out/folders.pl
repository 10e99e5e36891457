# Makes folders equal to the plan, one level after the other: a path as a whole may be too long for a call.

sub remove {
  my ($name) = @_;
  return unlink $name || $!{ENOENT} || die "$name: $!\n" if -l $name || !-d _;
  my @left = ([$name, enter($name)]);
  while (@left) {
    my ($folder, $names) = @{ $left[-1] };
    my $next = shift @$names;
    if (!defined $next) { leave(); rmdir $folder or die "$folder: $!\n"; pop @left }
    elsif (!-l $next && -d _) { push @left, [$next, enter($next)] }
    else { unlink $next or die "$next: $!\n" }
  }
}

# Goes into a folder and lists it.
sub enter {
  my ($name) = @_;
  chmod 0700, $name;
  chdir $name or die "$name: $!\n";
  return [sort(listed())];
}

sub leave { chdir '..' or die "..: $!\n" }

sub listed {
  opendir(my $folder, '.') or die "folder: $!\n";
  return grep { $_ ne '.' && $_ ne '..' } readdir $folder;
}

# Makes the current folder equal to the plan. A place is [place of the folder, name]: the text of a path may be long.
sub carry_out {
  my ($plan, $place) = @_;
  my @left = ([prepared($plan), $plan, $place]);
  while (@left) {
    my ($names, $plan, $place, $folder) = @{ $left[-1] };
    my $name = shift @$names;
    if (!defined $name) {
      pop @left;
      next unless defined $folder;
      leave();
      dress($place->[1], $folder);
      next;
    }
    my ($inode, $what) = @{ to_do($plan->{$name}, $name) // next };
    my $kind = $inode->{mode} & $KIND;
    if ($kind == $FILE) { write_file($name, $inode, $what, [$place, $name]) }
    elsif ($kind == $LINK) { write_link($name, $what) }
    else {
      remove($name) if lstat $name && (-l _ || !-d _);
      mkdir $name, 0700;
      enter($name);
      push @left, [prepared($what), $what, [$place, $name], $inode];
    }
  }
}

# Removes what is not planned; what is, in order.
sub prepared {
  my ($plan) = @_;
  for my $name (listed()) { remove($name) unless $plan->{$name} }
  return [sort keys %$plan];
}

my $top = names(inode(2));
my @plans = map {
  my ($name, $folder) = split /=/, $_, 2;
  my $inode = inode($top->{$name} // die "no $name\n");
  die "no folder $name\n" if ($inode->{mode} & $KIND) != $FOLDER;
  [$folder, plan($inode, $isLayer ? "/lower/$name" : undef)];
} @ARGV;
for (@plans) {
  chdir $_->[0] or die "$_->[0]: $!\n";
  carry_out($_->[1], [undef, $_->[0]]);
}
