import { networkInterfaces } from 'node:os'
import { describe, expect, it } from 'vitest'
import { forbiddenAddress, ownAddresses } from '../../../worker/broker/egress/forbidden-address.ts'

describe('addresses that a name may not resolve to', () => {
  it.each([['93.184.216.34'], ['8.8.8.8'], ['2606:4700::1111'], ['2a00:1450:4001:82b::200e']])(
    'control: lets %s pass',
    (address) => {
      expect(forbiddenAddress(address, new Set())).toBe(null)
    },
  )

  it.each([['93.184.216.34'], ['2606:4700::1111']])("refuses %s when it is this host's own", (address) => {
    expect(forbiddenAddress(address, new Set([address]))).toBe("this host's own address")
  })

  it('refuses the same address in another spelling', () => {
    expect(forbiddenAddress('2606:4700:0:0:0:0:0:1111', new Set(['2606:4700::1111']))).toBe("this host's own address")
  })

  it('knows the addresses of every interface', () => {
    const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])

    expect(ownAddresses().size).toBe(new Set(all.map(({ address }) => address)).size)
  })

  it.each([['0.0.0.0'], ['255.255.255.255'], ['4000::1'], ['::'], ['not an address'], ['1.2.3'], ['']])(
    'refuses %j',
    (address) => {
      expect(forbiddenAddress(address, new Set())).toEqual(expect.any(String))
    },
  )
})
