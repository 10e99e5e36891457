import type { AttemptCase } from '../suite/attempt-case.ts'

const says = (name: string, attack: string, family: string, type: string, address: string): AttemptCase => ({
  ...{ name, attack, group: 'egress', judge: 'arrived', control: 'user', onlyLooks: true },
  // Not every host has IPv6.
  notEverywhere: family === 'PF_INET6',
  inside: `says(${family}, ${type}, ${address})`,
})

/** The host may have no route to it, so it is enough that the kernel lets a connection set out. */
const setsOut = (name: string, attack: string, type: string, address: string, port: number): AttemptCase => ({
  ...{ name, attack, group: 'egress', judge: 'answer', control: 'user', onlyLooks: true, notEverywhere: true },
  inside: `sets_out(${type}, '${address}', ${port})`,
})

const ipv4 = (address: string, port: string) => `pack_sockaddr_in($given{${port}}, inet_aton(${address}))`
const ipv6 = (address: string, port: string) => `pack_sockaddr_in6($given{${port}}, inet_pton(AF_INET6, ${address}))`

/** Reaching a listener of the host, and addresses that lead out of it. */
export const network: readonly AttemptCase[] = [
  says('tcp-loopback', "connect to the host's loopback", 'PF_INET', 'SOCK_STREAM', ipv4(`'127.0.0.1'`, 'tcp4')),
  says(
    'tcp-loopback-other',
    "connect to another address of the host's loopback",
    'PF_INET',
    'SOCK_STREAM',
    ipv4(`'127.1.2.3'`, 'tcp4'),
  ),
  says(
    'tcp-any-address',
    'connect to 0.0.0.0, which means this host',
    'PF_INET',
    'SOCK_STREAM',
    ipv4(`'0.0.0.0'`, 'tcp4'),
  ),
  says('tcp6-loopback', "connect to the host's loopback over IPv6", 'PF_INET6', 'SOCK_STREAM', ipv6(`'::1'`, 'tcp6')),
  says(
    'tcp6-mapped',
    "connect to the host's loopback as an IPv4 address inside IPv6",
    'PF_INET6',
    'SOCK_STREAM',
    ipv6(`'::ffff:127.0.0.1'`, 'tcp4'),
  ),
  says('udp-loopback', "send a datagram to the host's loopback", 'PF_INET', 'SOCK_DGRAM', ipv4(`'127.0.0.1'`, 'udp4')),
  says(
    'udp6-loopback',
    "send a datagram to the host's loopback over IPv6",
    'PF_INET6',
    'SOCK_DGRAM',
    ipv6(`'::1'`, 'udp6'),
  ),
  says(
    'unix-socket',
    'connect to a socket of the host by its path',
    'PF_UNIX',
    'SOCK_STREAM',
    'pack_sockaddr_un($given{unix_path})',
  ),
  says(
    'abstract-socket',
    'connect to an abstract socket of the host',
    'PF_UNIX',
    'SOCK_STREAM',
    'pack_sockaddr_un("\\0$given{abstract_name}")',
  ),
  {
    ...{ name: 'tcp-host-address', attack: "connect to the host's own address in its network", group: 'egress' },
    ...{ judge: 'arrived', control: 'user', notEverywhere: true },
    inside: `return (0, 'this host has no address') if $given{host_address} eq '';
      says(PF_INET, SOCK_STREAM, ${ipv4('$given{host_address}', 'tcp_host')})`,
  },
  {
    ...{ name: 'udp-unconnected', attack: 'send a datagram without a connection', group: 'egress' },
    ...{ judge: 'arrived', control: 'user' },
    inside: `socket(my $s, PF_INET, SOCK_DGRAM, 0) or return (0, "$!");
      return defined send($s, "$name\\n", 0, ${ipv4(`'127.0.0.1'`, 'udp4')}) ? (1, 'sent') : (0, "$!")`,
  },
  {
    ...{
      name: 'tcp-fast-open',
      attack: 'send data with the first packet of a connection (TCP Fast Open)',
      group: 'egress',
    },
    ...{ judge: 'arrived', control: 'user' },
    inside: `socket(my $s, PF_INET, SOCK_STREAM, 0) or return (0, "$!");
      return defined send($s, "$name\\n", 0x20000000, ${ipv4(`'127.0.0.1'`, 'tcp4')}) ? (1, 'sent') : (0, "$!")`,
  },
  {
    ...{ name: 'tcp-multipath', attack: 'connect over multipath TCP', group: 'egress' },
    ...{ judge: 'arrived', control: 'user', notEverywhere: true },
    inside: `socket(my $s, PF_INET, SOCK_STREAM, 262) or return (0, "$!");
      connect($s, ${ipv4(`'127.0.0.1'`, 'tcp4')}) or return (0, "$!");
      return defined send($s, "$name\\n", 0) ? (1, 'sent') : (0, "$!")`,
  },
  {
    ...{ name: 'tcp-bound-device', attack: 'connect through a network device by its name', group: 'egress' },
    ...{ judge: 'arrived', control: 'user' },
    inside: `socket(my $s, PF_INET, SOCK_STREAM, 0) or return (0, "$!");
      setsockopt($s, SOL_SOCKET, 25, "lo\\0");
      connect($s, ${ipv4(`'127.0.0.1'`, 'tcp4')}) or return (0, "$!");
      return defined send($s, "$name\\n", 0) ? (1, 'sent') : (0, "$!")`,
  },
  {
    ...{
      name: 'listener-from-inside',
      attack: 'be reached from the host at a port that was opened inside',
      group: 'egress',
    },
    ...{ judge: 'arrived', control: 'user' },
    inside: `socket(my $s, PF_INET, SOCK_STREAM, 0) or return (0, "$!");
      setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
      bind($s, pack_sockaddr_in($given{calling_port}, INADDR_ANY)) && listen($s, 4) or return (0, "$!");
      my $ready = ''; vec($ready, fileno $s, 1) = 1;
      select($ready, undef, undef, 1.5) > 0 or return (0, 'nobody came');
      accept(my $client, $s) or return (0, "$!");
      syswrite $client, "$name\\n"; close $client; return (1, 'somebody came')`,
  },
  setsOut('metadata', "connect to the cloud's metadata address", 'SOCK_STREAM', '169.254.169.254', 80),
  setsOut(
    'metadata-alibaba',
    'connect to a metadata address outside of the link-local range',
    'SOCK_STREAM',
    '100.100.100.200',
    80,
  ),
  setsOut('metadata-ecs', "connect to the address of a container's credentials", 'SOCK_STREAM', '169.254.170.2', 80),
  setsOut('private-10', 'connect to a private address, 10/8', 'SOCK_STREAM', '10.0.0.1', 443),
  setsOut('private-172', 'connect to the usual address of a container bridge', 'SOCK_STREAM', '172.17.0.1', 2375),
  setsOut('private-192', 'connect to a private address, 192.168/16', 'SOCK_STREAM', '192.168.0.1', 80),
  setsOut('public-address', 'connect to a public address', 'SOCK_STREAM', '198.51.100.7', 443),
  setsOut('smtp', 'send mail', 'SOCK_STREAM', '198.51.100.7', 25),
  setsOut('dns-udp', 'ask a name server', 'SOCK_DGRAM', '192.0.2.53', 53),
  setsOut('dns-tcp', 'ask a name server over TCP', 'SOCK_STREAM', '192.0.2.53', 53),
  setsOut('dns-over-tls', 'ask a name server over TLS', 'SOCK_STREAM', '192.0.2.53', 853),
  setsOut('quic', 'speak QUIC', 'SOCK_DGRAM', '198.51.100.7', 443),
  setsOut('ntp', 'ask a time server', 'SOCK_DGRAM', '198.51.100.7', 123),
  setsOut('multicast', 'send to a multicast group', 'SOCK_DGRAM', '224.0.0.251', 5353),
  setsOut('broadcast', 'send to everybody in the network', 'SOCK_DGRAM', '255.255.255.255', 9),
]
