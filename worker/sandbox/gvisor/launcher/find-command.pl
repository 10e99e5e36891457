# Becomes the command as libc finds it, or says why it cannot. The launcher has come here because the file was not there
# in any of the places where it looked, or was there and no kernel could start it.
exec { $ARGV[0] } @ARGV;
print STDERR "airlock: $ARGV[0]: $!\n";
exit($! == 2 ? 127 : 126);
