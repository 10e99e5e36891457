import { describe, expect, it } from 'vitest'
import { openNetworkCounters, parseNetworkDevices } from '../../../worker/sandbox/audit/network-counters.ts'

const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:      86       2    0    0    0     0          0         0       90       3    0    0    0     0       0          0
  eth0:123456789012 7 0 0 0 0 0 0 8 9 0 0 0 0 0 0
`

describe('counters of the network', () => {
  it('are read by device', () => {
    expect(parseNetworkDevices(text)).toEqual([
      { name: 'lo', rxBytes: 86, rxPackets: 2, txBytes: 90, txPackets: 3 },
      { name: 'eth0', rxBytes: 123456789012, rxPackets: 7, txBytes: 8, txPackets: 9 },
    ])
  })

  it('are there for a process that lives, and not for one that does not', () => {
    using own = openNetworkCounters(process.pid)
    using nobody = openNetworkCounters(2 ** 30)

    expect(own.read()?.map(({ name }) => name)).toContain('lo')
    expect(nobody.read()).toBeNull()
  })
})
