import { once } from 'node:events'
import { connect, createServer } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { createJobAuthority, pemOf } from '../../../worker/broker/inspect/job-authority.ts'
import { listen, portOf } from '../broker-world.ts'

/** What a client that trusts this authority alone says to a server that shows its certificate for `name`. */
async function handshakeFor(hosts: readonly string[], name: string, now = Date.now()): Promise<string> {
  const authority = createJobAuthority(hosts, now)
  const server = createServer({ SNICallback: (asked, answer) => answer(null, authority.contextOf(asked)) })
  const stop = await listen(server)
  const socket = connect({
    ...{ port: portOf(server), host: '127.0.0.1', servername: name },
    ca: pemOf(authority.certificate),
  })
  try {
    await once(socket, 'secureConnect')
    return 'trusted'
  } catch (error) {
    return String(error)
  } finally {
    socket.destroy()
    await stop()
  }
}

describe('the authority of a job', () => {
  it('is believed for the hosts of its rules, and for names below them', async () => {
    expect(await handshakeFor(['a.example', 'b.example'], 'b.example')).toBe('trusted')
    expect(await handshakeFor(['a.example'], 'x.a.example')).toBe('trusted')
  })

  it('is believed for no other name, also if somebody had its key', async () => {
    expect(await handshakeFor(['a.example'], 'b.example')).toMatch(/permitted subtree violation/)
    expect(await handshakeFor(['a.example'], 'evil-a.example')).toMatch(/permitted subtree violation/)
  })

  it('is believed for some hours only', async () => {
    expect(await handshakeFor(['a.example'], 'a.example', Date.now() - 24 * 3600_000)).toMatch(/expired/)
  })
})
