# Makes folders on the host equal to what a guest left on its disk. The disk is an ext4 file system that a hostile
# guest may have written as it pleased, so nothing of it is mounted and nothing believed: this reads plain files,
# folders and symbolic links from it within a budget, first all of the tree without writing anything, then writes.
# It runs where it can write to nothing but those folders, as the user that they belong to.
#
# Arguments: the most bytes and the most entries that are brought out, then NAME=FOLDER for each top folder.
use strict;
use warnings;
use Fcntl;

my ($maxBytes, $maxEntries) = splice @ARGV, 0, 2;
my ($block, $inodeSize, $mebibyte, $linkat) = (4096, 256, 1 << 20, 265);
my ($FILE, $FOLDER, $LINK, $KIND) = (0100000, 0040000, 0120000, 0170000);
my (%seen, @tables);
my ($bytes, $entries) = (0, 0);

open(my $disk, '<:raw', '/disk') or die "disk: $!\n";
my $super = bytes_at(1024, 1024);
my ($inodes, $blocks, $first, $logSize, $perGroup, $inodesPerGroup) = (unpack 'V11', $super)[0, 1, 5, 6, 8, 10];
die "no file system of ours\n"
  if unpack('v', substr $super, 56, 2) != 0xef53 || $logSize != 2 || $first != 0 || unpack('v', substr $super, 88, 2) != $inodeSize
  || $perGroup == 0 || $inodesPerGroup == 0 || $blocks * $block > -s $disk;
for my $group (0 .. int(($blocks - 1) / $perGroup)) {
  push @tables, unpack 'V', bytes_at($block + $group * 32 + 8, 4);
}

sub bytes_at {
  my ($at, $length) = @_;
  sysseek($disk, $at, 0) or die "seek: $!\n";
  sysread($disk, my $data, $length) == $length or die "the disk ends early\n";
  return $data;
}

sub inode {
  my ($number) = @_;
  die "no inode $number\n" if $number < 1 || $number > $inodes;
  my $table = $tables[int(($number - 1) / $inodesPerGroup)] // die "no group\n";
  my $raw = bytes_at($table * $block + ($number - 1) % $inodesPerGroup * $inodeSize, $inodeSize);
  my ($mode, $size, $mtime, $links, $sectors, $flags) = (unpack 'v v V V V V V v v V V', $raw)[0, 2, 5, 8, 9, 10];
  my $high = unpack 'V', substr $raw, 108, 4;
  return { number => $number, mode => $mode, size => $size + $high * 2**32, mtime => $mtime, links => $links,
    flags => $flags, map => substr($raw, 40, 60), sectors => $sectors };
}

# Where a file's content lies: [block in the file, how many, block on the disk or undef for zeros], in order.
sub extents {
  my ($inode) = @_;
  die "content in a form that we do not make\n" unless $inode->{flags} & 0x80000;
  my @found;
  my $budget = 100_000;
  my $walk;
  $walk = sub {
    my ($node, $deepest) = @_;
    my ($magic, $count, $most, $depth) = unpack 'v4', $node;
    die "damaged extents\n" if $magic != 0xf30a || $count * 12 + 12 > length $node || $depth > $deepest || ($budget -= $count) < 0;
    for my $index (1 .. $count) {
      my $entry = substr $node, $index * 12, 12;
      if ($depth > 0) {
        my ($low, $high) = (unpack 'V V v', $entry)[1, 2];
        $walk->(bytes_at(($low + $high * 2**32) * $block, $block), $depth - 1);
        next;
      }
      my ($logical, $length, $high, $low) = unpack 'V v v V', $entry;
      my $unwritten = $length > 32_768;
      $length -= 32_768 if $unwritten;
      die "damaged extents\n" if @found && $logical < $found[-1][0] + $found[-1][1] || $low + $high * 2**32 + $length > $blocks;
      push @found, [$logical, $length, $unwritten ? undef : $low + $high * 2**32];
    }
  };
  $walk->($inode->{map}, 5);
  undef $walk;
  return \@found;
}

# The content of something small: a folder or the target of a link.
sub content {
  my ($inode, $most) = @_;
  die "too large\n" if $inode->{size} > $most;
  my $data = "\0" x $inode->{size};
  for my $extent (@{ extents($inode) }) {
    my ($logical, $length, $from) = @$extent;
    my $room = $inode->{size} - $logical * $block;
    last if $room <= 0;
    my $want = $length * $block < $room ? $length * $block : $room;
    substr($data, $logical * $block, $want) = bytes_at($from * $block, $want) if defined $from;
  }
  return $data;
}

sub names {
  my ($folder) = @_;
  my $data = content($folder, 64 * $mebibyte);
  my %names;
  for (my $at = 0; $at + 8 <= length $data;) {
    my ($number, $length, $nameLength) = unpack 'V v C', substr $data, $at, 8;
    die "damaged folder\n" if $length < 8 || $length % 4 || $nameLength + 8 > $length || $at + $length > length $data;
    my $name = substr $data, $at + 8, $nameLength;
    $at += $length;
    next if $number == 0 || $name eq '.' || $name eq '..';
    die "a name that is none\n" if $name eq '' || $name =~ m{[/\0]};
    $names{$name} = $number;
  }
  return \%names;
}

# The tree as a plan: { name => [inode, plan of a folder | target of a link | extents of a file] }. Nothing here calls
# itself for a folder in a folder: a job may nest them as deep as its disk is large.
sub plan {
  my ($top) = @_;
  my %plan;
  my @left = ([$top, \%plan]);
  while (my $next = pop @left) {
    my ($folder, $into) = @$next;
    die "a folder that is in itself\n" if $seen{ $folder->{number} }++;
    my $names = names($folder);
    for my $name (keys %$names) {
      die "more than $maxEntries entries\n" if ++$entries > $maxEntries;
      my $inode = inode($names->{$name});
      my $kind = $inode->{mode} & $KIND;
      if ($kind == $FOLDER) { push @left, [$inode, my $inner = {}]; $into->{$name} = [$inode, $inner] }
      elsif ($kind == $LINK) { $into->{$name} = [$inode, target($inode)] }
      elsif ($kind == $FILE) { $into->{$name} = [$inode, file($inode)] }
      # Pipes, sockets and devices mean nothing outside of the guest.
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

# Calls back with each written piece of a file that lies within its size: where it is in the file, and its bytes.
sub pieces {
  my ($inode, $extents, $each) = @_;
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

# True if the host's file is this one already. Files with holes are not compared: their zeros may have no end.
sub same {
  my ($name, $inode, $extents) = @_;
  my $covered = 0;
  $covered += $_->[1] * $block for grep { defined $_->[2] } @$extents;
  return 0 if $covered < $inode->{size};
  sysopen(my $file, $name, O_RDONLY | O_NOFOLLOW) or return 0;
  return pieces($inode, $extents, sub {
    my ($at, $data) = @_;
    sysseek($file, $at, 0) or return 0;
    my $own = '';
    sysread($file, $own, length $data);
    return $own eq $data;
  });
}

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
    my ($inode, $what) = @{ $plan->{$name} };
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

my $top = names(inode(2));
my @plans = map {
  my ($name, $folder) = split /=/, $_, 2;
  my $inode = inode($top->{$name} // die "no $name\n");
  die "no folder $name\n" if ($inode->{mode} & $KIND) != $FOLDER;
  [$folder, plan($inode)];
} @ARGV;
for (@plans) {
  chdir $_->[0] or die "$_->[0]: $!\n";
  carry_out($_->[1], [undef, $_->[0]]);
}
