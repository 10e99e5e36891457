import type { Group, HostileCase } from '../hostile-case.ts'

/** What is sent to the real broker from inside, and the same to where the policy allows it: the control. */
export interface BrokerCase extends HostileCase {
  /** Bodies of perl subs. */
  readonly hostile: string
  readonly allowed: string
}

export const allowedHost = 'allowed.example'

type Target = readonly [name: string, attack: string, target: string]

const targets: readonly Target[] = [
  ['loopback', "the host's loopback", '127.0.0.1'],
  ['loopback-short', 'the loopback in its short form', '127.1'],
  ['loopback-decimal', 'the loopback as one number', '2130706433'],
  ['loopback-hex', 'the loopback in hex', '0x7f000001'],
  ['loopback-octal', 'the loopback in octal', '0177.0.0.1'],
  ['loopback-ipv6', 'the loopback of IPv6', '[::1]'],
  ['loopback-mapped', 'the loopback inside an IPv6 address', '[::ffff:127.0.0.1]'],
  ['loopback-nat64', 'the loopback behind NAT64', '[64:ff9b::7f00:1]'],
  ['loopback-name', 'localhost', 'localhost'],
  ['loopback-name-dot', 'localhost with a final dot', 'localhost.'],
  ['any-address', '0.0.0.0', '0.0.0.0'],
  ['metadata', "the cloud's metadata address", '169.254.169.254'],
  ['private', 'a private address', '10.0.0.1'],
  ['carrier', "an address of a carrier's own network", '100.64.0.1'],
  ['name-of-loopback', 'an allowed name that leads to the loopback', 'loopback.allowed.example'],
  ['name-of-metadata', 'an allowed name that leads to the metadata address', 'metadata.allowed.example'],
  ['other-name', 'a name that nobody allowed', 'evil.example'],
  ['name-with-suffix', 'a name that ends like an allowed one', 'evil-allowed.example'],
  ['name-with-prefix', 'a name that begins like an allowed one', 'allowed.example.evil.example'],
  ['name-with-nul', 'an allowed name with a NUL in it', 'evil.example\\0.allowed.example'],
  ['user-in-name', 'an allowed name as the user of another', 'allowed.example@evil.example'],
]

const abuse = (name: string, attack: string, hostile: string, allowed: string): BrokerCase => ({
  ...{ name: `broker-${name}`, attack, hostile, allowed, group: 'egress' },
})

const portTries: readonly Target[] = [
  ['ssh', 'SSH on an allowed host', 'allowed.example:22'],
  ['smtp', 'mail on an allowed host', 'allowed.example:25'],
]

const allowedTunnel = `asks(tunnelled('${allowedHost}:80'))`
const rightKey = '"x-api-key: $given{placeholder}"'
const rightModel = `asks(model('/anthropic/v1/messages', ${rightKey}))`

const model = (name: string, attack: string, hostile: string, group: Group = 'egress'): BrokerCase => ({
  ...{ name: `gateway-${name}`, attack, group, hostile: `asks(${hostile})`, allowed: rightModel },
})

const post = (headers: string, body: string) =>
  `asks("POST http://${allowedHost}/ HTTP/1.1\\r\\nHost: ${allowedHost}\\r\\n${headers}\\r\\n\\r\\n${body}")`
const plainPost = `my $b = "GET /$name HTTP/1.1"; ${post('Content-Length: " . length($b) . "', '$b')}`

/** Abuse of the one door, through the engine's own way to it. */
export const brokerAbuse: readonly BrokerCase[] = [
  ...targets.map(([name, attack, target]) =>
    abuse(
      `proxy-${name}`,
      `ask the broker for ${attack}`,
      `asks(proxied("${target.replace('@', '\\@')}"))`,
      `asks(proxied('${allowedHost}'))`,
    ),
  ),
  ...targets.map(([name, attack, target]) =>
    abuse(
      `tunnel-${name}`,
      `ask the broker for a tunnel to ${attack}`,
      `asks(tunnelled("${target.replace('@', '\\@')}:80"))`,
      allowedTunnel,
    ),
  ),
  ...portTries.map(([name, attack, target]) =>
    abuse(`tunnel-${name}`, `ask the broker for ${attack}`, `asks(tunnelled('${target}'))`, allowedTunnel),
  ),
  abuse('itself', 'have the broker connect to itself', `asks(tunnelled('127.0.0.1:3128'))`, allowedTunnel),
  abuse(
    'two-lengths',
    'smuggle a request behind two lengths',
    `my $b = "GET /$name HTTP/1.1"; ${post('Content-Length: 0\\r\\nContent-Length: " . length($b) . "', '$b')}`,
    plainPost,
  ),
  abuse(
    'length-and-chunks',
    'smuggle a request behind a length and chunks',
    `my $b = "0\\r\\n\\r\\nGET /$name HTTP/1.1\\r\\nHost: ${allowedHost}\\r\\n\\r\\n"; ${post('Content-Length: " . length($b) . "\\r\\nTransfer-Encoding: chunked', '$b')}`,
    plainPost,
  ),
  abuse(
    'odd-chunks',
    'smuggle a request behind a transfer encoding that nobody knows',
    `my $b = "GET /$name HTTP/1.1"; ${post('Content-Length: " . length($b) . "\\r\\nTransfer-Encoding: xchunked', '$b')}`,
    plainPost,
  ),
  abuse(
    'bare-line-feed',
    'smuggle a header behind a bare line feed',
    `asks("GET http://${allowedHost}/ HTTP/1.1\\r\\nHost: ${allowedHost}\\r\\nX-A: b\\nX-$name: c\\r\\n\\r\\n")`,
    `asks("GET http://${allowedHost}/ HTTP/1.1\\r\\nHost: ${allowedHost}\\r\\nX-$name: c\\r\\n\\r\\n")`,
  ),
  abuse(
    'upgrade',
    'turn a request into a tunnel of its own',
    `asks("GET http://${allowedHost}/ HTTP/1.1\\r\\nHost: ${allowedHost}\\r\\nConnection: Upgrade\\r\\nUpgrade: hostile\\r\\n\\r\\n", "$name")`,
    allowedTunnel,
  ),
  abuse(
    'file-scheme',
    'ask for a file of the host',
    `asks("GET file:///etc/passwd?$name HTTP/1.1\\r\\nHost: ${allowedHost}\\r\\n\\r\\n")`,
    `asks(proxied('${allowedHost}'))`,
  ),
  model(
    'own-key',
    "use the model with a key of one's own",
    `model('/anthropic/v1/messages', 'x-api-key: sk-ant-attacker')`,
  ),
  model(
    'own-bearer',
    "use the model with a bearer token of one's own",
    `model('/anthropic/v1/messages', 'authorization: Bearer sk-attacker')`,
  ),
  model(
    'two-keys',
    "send a key of one's own beside the right one",
    `model('/anthropic/v1/messages', ${rightKey}, 'authorization: Bearer sk-attacker')`,
  ),
  model('no-key', 'use the model without a key', `model('/anthropic/v1/messages')`),
  model(
    'other-session',
    "use the key of another sandbox's session",
    `model('/anthropic/v1/messages', "x-api-key: $given{other_placeholder}")`,
    'secret',
  ),
  model('files', "use the provider's file store", `model('/anthropic/v1/files', ${rightKey})`),
  model('batches', "use the provider's batches", `model('/anthropic/v1/messages/batches', ${rightKey})`),
  model('keys', "ask for the provider's keys", `model('/anthropic/v1/organizations/api_keys', ${rightKey})`, 'secret'),
  model('path', 'leave the allowed path', `model('/anthropic/v1/messages/../files', ${rightKey})`),
  model(
    'escaped-path',
    'leave the allowed path with escapes',
    `model('/anthropic/v1/messages%2f..%2ffiles', ${rightKey})`,
  ),
]
