import type { AttemptCase } from '../suite/attempt-case.ts'

type Kind = readonly [name: string, attack: string, family: number, type: number, protocol: number]

const socket = ([name, attack, family, type, protocol]: Kind, control: AttemptCase['control']): AttemptCase => ({
  ...{
    name,
    attack: `open ${attack}`,
    group: 'escape',
    judge: 'answer',
    control,
    onlyLooks: true,
    notEverywhere: true,
  },
  inside: `has_socket(${family}, ${type}, ${protocol})`,
})

/** Each a part of the kernel with a record of escapes, or a way past the network that is watched. */
const forUsers: readonly Kind[] = [
  ['af-vsock', 'a socket to the hypervisor (vsock)', 40, 1, 0],
  ['af-vsock-datagram', 'a datagram socket to the hypervisor', 40, 2, 0],
  ['af-alg', "the kernel's crypto sockets (AF_ALG)", 38, 5, 0],
  ['af-qipcrtr', 'a socket to other processors (QIPCRTR)', 42, 2, 0],
  ['af-rds', 'a reliable datagram socket (RDS)', 21, 5, 0],
  ['af-tipc', 'a cluster socket (TIPC)', 30, 2, 0],
  ['af-can', 'a vehicle bus socket (CAN)', 29, 3, 1],
  ['af-bluetooth', 'a bluetooth socket', 31, 3, 1],
  ['af-smc', 'a shared-memory socket (SMC)', 43, 1, 0],
  ['af-rxrpc', 'a remote procedure socket (RxRPC)', 33, 2, 2],
  ['af-pppox', 'a point-to-point socket (PPPoX)', 24, 1, 0],
  ['af-kcm', 'a kernel multiplexing socket (KCM)', 41, 2, 0],
  ['udp-lite', 'a UDP-Lite socket', 2, 2, 136],
  ['multipath-tcp', 'a multipath TCP socket', 2, 1, 262],
  ['sctp', 'an SCTP socket', 2, 1, 132],
  ['dccp', 'a DCCP socket', 2, 6, 33],
  ['netlink-sock-diag', "a netlink socket to the list of everybody's sockets", 16, 3, 4],
  ['netlink-xfrm', 'a netlink socket to the IPsec rules', 16, 3, 6],
  ['netlink-audit', "a netlink socket to the kernel's audit", 16, 3, 9],
  ['netlink-netfilter', 'a netlink socket to the firewall', 16, 3, 12],
  ['netlink-uevent', 'a netlink socket to device events', 16, 3, 15],
  ['netlink-generic', 'a generic netlink socket', 16, 3, 16],
  ['netlink-fib', 'a netlink socket to the routing lookup', 16, 3, 10],
  ['netlink-connector', 'a netlink socket to the connector', 16, 3, 11],
]

const forRoot: readonly Kind[] = [
  ['raw-icmp', 'a raw socket for ICMP', 2, 3, 1],
  ['raw-any', 'a raw socket for any protocol', 2, 3, 255],
  ['raw-icmp6', 'a raw socket for ICMPv6', 10, 3, 58],
  ['packet', 'a packet socket', 17, 3, 0],
  ['packet-datagram', 'a packet socket for datagrams', 17, 2, 0],
  ['af-xdp', 'an express data path socket (AF_XDP)', 44, 3, 0],
  ['af-key', 'a key management socket (PF_KEY)', 15, 3, 2],
]

const asRoot = { group: 'escape', judge: 'answer', control: 'root' } as const

export const socketFamilies: readonly AttemptCase[] = [
  ...forUsers.map((kind) => socket(kind, 'user')),
  ...forRoot.map((kind) => socket(kind, 'root')),
  {
    ...asRoot,
    ...{ name: 'add-address', attack: 'give a network device another address' },
    inside: `socket(my $s, PF_INET, SOCK_DGRAM, 0) or return (0, "$!");
      my $request = pack('a16 S n a4 x8', 'lo:7', PF_INET, 0, inet_aton('127.0.0.9'));
      return ioctl($s, 0x8916, $request) ? (1, 'added') : (0, "$!")`,
  },
  {
    ...asRoot,
    ...{ name: 'add-route', attack: 'add a route' },
    inside: `socket(my $s, PF_INET, SOCK_DGRAM, 0) or return (0, "$!");
      my $address = sub { pack('S n a4 x8', PF_INET, 0, inet_aton($_[0])) };
      my $route = pack('x8 a16 a16 a16 S x102', $address->('203.0.113.0'), $address->('0.0.0.0'), $address->('255.255.255.0'), 1);
      return ioctl($s, 0x890B, $route) ? (1, 'added') : ($!{EPERM} || $!{ENOTTY} ? (0, "$!") : (1, "heard: $!"))`,
  },
  {
    ...asRoot,
    ...{ name: 'tun-device', attack: 'make a network device of its own (tun)', notEverywhere: true },
    inside: `sysopen(my $tun, '/dev/net/tun', O_RDWR) or return (0, "$!");
      my $request = pack('a16 S x22', 'hostile%d', 0x1001);
      return ioctl($tun, 0x400454ca, $request) ? (1, 'made') : (0, "$!")`,
  },
]
