# The forwarder's own program: forward.pl stands before it. Arguments: the number of the open file that listens, and the
# broker's socket.
open my $listener, '+<&=', $ARGV[0] or exit 1;
carry($listener, $ARGV[1]);
