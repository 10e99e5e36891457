# Carries connections from the broker's port in a guest to the host, many over one port. Open files: 4 is the port to
# the host, 5 listens. Frames are four bytes of connection number, a type byte, two bytes of length (all big-endian)
# and the payload: 1 opened, 2 data, 3 no more data, 4 broken, 5 room for so many more bytes (four bytes).
# Neither side sends more data on a connection than the other has said that it has room for.
use strict;

my ($EINTR, $EAGAIN, $SETFL, $NONBLOCK) = (4, 11, 4, 04000);
my ($window, $piece, $most) = (262_144, 32_768, 256);
open(my $host, '+<&=', 4) or die;
open(my $door, '+<&=', 5) or die;
fcntl($_, $SETFL, 2 | $NONBLOCK) for $host, $door;
my ($incoming, $waiting, $next, %open) = ('', '', 1);

sub send_frame { my ($id, $type, $payload) = @_; $waiting .= pack('NCn', $id, $type, length $payload) . $payload }
sub later { return $! == $EAGAIN || $! == $EINTR }
sub forget { my ($id) = @_; delete $open{$id} }
sub break_off { my ($id) = @_; send_frame($id, 4, ''); forget($id) }
sub finished { my ($id) = @_; my $one = $open{$id}; forget($id) if $one && $one->{read} && $one->{shut} }

sub accept_one {
  accept(my $socket, $door) or return;
  fcntl($socket, $SETFL, 2 | $NONBLOCK);
  my $id = $next++;
  $open{$id} = { socket => $socket, out => '', room => $window, read => 0, end => 0, shut => 0 };
  send_frame($id, 1, '');
}

sub read_local {
  my ($id) = @_;
  my $one = $open{$id};
  my $read = sysread($one->{socket}, my $chunk, $one->{room} < $piece ? $one->{room} : $piece);
  return later() ? undef : break_off($id) unless defined $read;
  if ($read) { $one->{room} -= $read; send_frame($id, 2, $chunk) }
  else { $one->{read} = 1; send_frame($id, 3, ''); finished($id) }
}

sub write_local {
  my ($id) = @_;
  my $one = $open{$id};
  if (length $one->{out}) {
    my $wrote = syswrite($one->{socket}, $one->{out}, $piece);
    return later() ? undef : break_off($id) unless defined $wrote;
    substr($one->{out}, 0, $wrote, '');
    send_frame($id, 5, pack('N', $wrote));
  }
  return if length $one->{out} || !$one->{end} || $one->{shut};
  shutdown($one->{socket}, 1);
  $one->{shut} = 1;
  finished($id);
}

sub take {
  my ($id, $type, $payload) = @_;
  my $one = $open{$id} or return;
  if ($type == 2) { $one->{out} .= $payload; write_local($id) }
  elsif ($type == 3) { $one->{end} = 1; write_local($id) }
  elsif ($type == 4) { forget($id) }
  elsif ($type == 5) { $one->{room} += unpack('N', $payload) }
}

while (1) {
  my ($read, $write) = ('', '');
  vec($read, 4, 1) = 1;
  vec($read, 5, 1) = 1 if keys %open < $most;
  vec($write, 4, 1) = 1 if length $waiting;
  for my $one (values %open) {
    my $number = fileno $one->{socket};
    vec($read, $number, 1) = 1 if !$one->{read} && $one->{room} > 0 && length $waiting < $window;
    vec($write, $number, 1) = 1 if length $one->{out};
  }
  select($read, $write, undef, undef) >= 0 or next;
  if (vec($read, 4, 1)) {
    my $got = sysread($host, $incoming, 65_536, length $incoming);
    # Nobody at the other end: there is nothing to wait for but their return.
    select(undef, undef, undef, 0.1) if defined $got && $got == 0;
    while (length $incoming >= 7) {
      my ($id, $type, $length) = unpack('NCn', $incoming);
      last if length $incoming < 7 + $length;
      my $payload = substr($incoming, 7, $length);
      substr($incoming, 0, 7 + $length, '');
      take($id, $type, $payload);
    }
  }
  accept_one() if vec($read, 5, 1) && keys %open < $most;
  for my $id (keys %open) {
    my $number = fileno $open{$id}{socket};
    write_local($id) if vec($write, $number, 1);
    read_local($id) if $open{$id} && vec($read, $number, 1);
  }
  if (length $waiting && (my $wrote = syswrite($host, $waiting, 65_536))) { substr($waiting, 0, $wrote, '') }
}
