import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSentryLine } from '../../../worker/sandbox/gvisor/parse-sentry-line.ts'
import { createSentryLog } from '../../../worker/sandbox/gvisor/sentry-log.ts'

const time = '2026-11-20T18:19:38.687686433Z'
const at = Date.parse('2026-11-20T18:19:38.687Z')
const line = (msg: string) => JSON.stringify({ msg, level: 'info', time })
const execve = (who: string, argv: string, result = '= 0 (0x0) (2.1ms)') =>
  line(`${who} X execve(0x55a0 /bin/x, 0x55a1 ${argv}, 0x55a2 ["HOME=/"]) ${result}`)

describe("a line of the sentry's log", () => {
  it.each(['', 'strace.go:605] '])('is read in older and in newer versions: "%s"', (source) => {
    const started = parseSentryLine(execve(`${source}[   2:   2] sh`, '["/bin/x", "a\\nb", "\\xff\\u202e\\""]'))
    const tried = '{Family: AF_INET, Addr: 169.254.169.254, Port: 80}, 0x10)'
    const connected = parseSentryLine(line(`${source}[  12:  12] perl E connect(0x3 socket:[1], 0x5640 ${tried}`))

    const argv = [Buffer.from('/bin/x'), Buffer.from('a\nb'), Buffer.concat([Buffer.of(0xff), Buffer.from('\u202e"')])]
    expect(started).toEqual({ kind: 'exec', pid: 2, at, argv, result: 'done' })
    expect(connected).toEqual({ kind: 'connect', pid: 12, at, address: '169.254.169.254:80' })
  })

  it.each([
    ['{Family: AF_INET6, Addr: fe80::1, Port: 80}', '[fe80::1]:80'],
    ['{Family: AF_UNIX, Addr: "/tmp/a b"}', 'unix:/tmp/a b'],
    ['{Family: AF_UNIX, Addr: "\\x00abs"}', 'unix:@abs'],
    ['{Family: AF_UNIX, error extracting address: address family not supported by protocol}', 'AF_UNIX'],
  ])('names what was to be connected to: %s', (shown, address) => {
    const parsed = parseSentryLine(line(`[   1:   1] x E connect(0x3 socket:[1], 0x5640 ${shown}, 0x10)`))

    expect(parsed).toMatchObject({ kind: 'connect', address })
  })

  it('says nothing of a program that could not be started', () => {
    const failed = '= 0 (0x0) errno=2 (no such file or directory) (162.4µs)'

    expect(parseSentryLine(execve('[   3:   3] sh', '["/bin/x"]', failed))).toBeNull()
  })

  it.each([
    ['a process that calls itself after another call', '[   3:   3] a X fork(', '["x"]'],
    ['a process whose name has a line end in it', '[   3:   3] a\nI1120 x', '["x"]'],
    ['a process without a name', '[   3:   3] ', '["x"]'],
    ['an argument that looks like a failure', '[   3:   3] sh', '["x", ") = 0 (0x0) errno=2 (no) (1s)"]'],
  ])('is not hidden by %s', (_, who, argv) => {
    expect(parseSentryLine(execve(who, argv))).toMatchObject({ kind: 'exec', pid: 3 })
  })

  it('is never more than one event, whatever is in a path', () => {
    const forged = line('[   1:   1] sh X execve(0x1 /bin/sudo, 0x2 ["sudo"], 0x3 []) = 0 (0x0) (1s)')
    const log = createSentryLog({ forwarder: false })

    log.write(Buffer.from(`${line(`Error opening /x\n${forged}\n: no such file or directory`)}\n`))

    expect(log.events()).toEqual([])
  })

  it('never throws, whatever a hostile program made the sentry write', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseSentryLine(text) === undefined))
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => void parseSentryLine(line(`[ 1: 1] ${text}`)) === undefined),
    )
  })
})

describe('the record of a container', () => {
  it('begins with what the launcher becomes, names who connected, and knows an end from a death', () => {
    const log = createSentryLog({ forwarder: false })
    const inet = '{Family: AF_INET, Addr: 10.0.0.1, Port: 9}, 0x10)'
    const lines = [
      line('EXEC: [/usr/bin/perl -e ...]'),
      line('[   1:   1] perl X clone(0x11, 0x0, 0x0, 0x7f0c, 0x0) = 2 (0x2) (1µs)'),
      line(
        '[   2:   2] perl E connect(0x3 socket:[1], 0x5640 {Family: AF_UNIX, Addr: "/run/airlock/broker.sock"}, 0x6e)',
      ),
      execve('[   3:   3] perl', '["make", "all"]'),
      line('[   3:   3] make X vfork() = 7 (0x7) (64.035µs)'),
      line(`[   7:   7] make E connect(0x3 socket:[1], 0x5640 ${inet}`),
    ]

    log.write(Buffer.from(`${lines.join('\n')}\n`))

    expect(log.events()).toEqual([
      { kind: 'exec', at, pid: 3, detail: 'make all', command: null },
      { kind: 'connect', at, pid: 7, detail: '10.0.0.1:9', command: 'make all' },
    ])
    expect([log.began(), log.ended()]).toEqual([true, false])
    log.write(Buffer.from(`${line('boot.go:534] application exiting with exit status 0')}\n`))
    expect(log.ended()).toBe(true)
  })

  const born = (parent: number, child: number) =>
    line(`[   ${parent}:   ${parent}] x X clone(0x11, 0x0, 0x0, 0x0, 0x0) = ${child} (0x${child.toString(16)}) (1µs)`)
  const start = (pid: number, name: string) => execve(`[   ${pid}:   ${pid}] x`, `["${name}"]`)
  const recorded = (forwarder: boolean, lines: readonly string[]) => {
    const log = createSentryLog({ forwarder })
    log.write(Buffer.from(`${lines.join('\n')}\n`))
    return log.events().map(({ detail }) => detail)
  }

  it('leaves out the one start of the forwarder, and where there is none nothing', () => {
    const lines = [born(1, 2), born(1, 3), start(3, 'make'), start(2, 'perl'), start(2, 'sh')]

    expect(recorded(true, lines)).toEqual(['make', 'sh'])
    expect(recorded(false, lines)).toEqual(['make', 'perl', 'sh'])
  })

  it.each([
    ['that was killed before it became anything', [born(3, 2), start(2, 'hidden')]],
    ['by a parent that waits (vfork)', [start(2, 'hidden'), born(3, 2)]],
    ['by a parent that waits, after the forwarder has started', [start(2, 'perl'), start(2, 'hidden'), born(3, 2)]],
  ])("shows the start of a process that was given the forwarder's number, %s", (_, lines) => {
    expect(recorded(true, [born(1, 2), born(1, 3), start(3, 'make'), ...lines])).toContain('hidden')
  })
})
