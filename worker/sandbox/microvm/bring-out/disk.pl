# Makes folders on the host equal to what a guest left on its disk. The disk is an ext4 file system that a hostile
# guest may have written as it pleased, so nothing of it is mounted and nothing believed: this reads plain files,
# folders and symbolic links from it within a budget, first all of the tree without writing anything, then writes.
# It runs where it can write to nothing but those folders, as the user that they belong to.
#
# Its parts are one program, in the order of read-script.ts.
#
# Arguments: the most bytes and the most entries that are brought out, whether only layers over /lower/NAME are on the
# disk, whose like the host has in /upper/NAME, then NAME=FOLDER for each top folder.
use strict;
use warnings;
use Fcntl;

my ($maxBytes, $maxEntries, $isLayer) = splice @ARGV, 0, 3;
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
  my $attributes = unpack('V', substr $raw, 104, 4) + unpack('v', substr $raw, 118, 2) * 2**32;
  return { number => $number, mode => $mode, size => $size + $high * 2**32, mtime => $mtime, links => $links,
    flags => $flags, map => substr($raw, 40, 60), sectors => $sectors,
    raw => $raw, attributes => $attributes };
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
