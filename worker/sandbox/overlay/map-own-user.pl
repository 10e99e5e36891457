# Makes namespaces, among them one of users in which there is nobody but the worker, which may do everything there: to
# what is its own, and to no file of anybody else's. What comes after this is in the same perl, because a program that is
# started from it would have lost that.
#
# Arguments: the number of unshare on this machine, and which namespaces, as unshare takes them.
# What `use strict` and `use warnings` do, without their files: half of the time that perl takes to start.
BEGIN { $^H |= 0x602; $^W = 1 }

my ($unshare, $namespaces) = map { $_ + 0 } splice @ARGV, 0, 2;
my ($uid, $gid) = ($>, (split ' ', $))[0]);
syscall($unshare, $namespaces) == 0 or die "airlock: user namespace: $!\n";
# Whoever may set their groups could take those away that a file refuses, so the kernel asks for that to be given up.
for (['setgroups', 'deny'], ['uid_map', "$uid $uid 1\n"], ['gid_map', "$gid $gid 1\n"]) {
  my ($file, $text) = @$_;
  open(my $out, '>', "/proc/self/$file") or die "airlock: $file: $!\n";
  defined syswrite $out, $text or die "airlock: $file: $!\n";
}
