import { describe, expect, it } from 'vitest'
import { parseTraceLine } from '../../../worker/sandbox/audit/parse-trace-line.ts'
import { printable } from '../../../worker/sandbox/audit/printable.ts'
import { createProcessLog } from '../../../worker/sandbox/audit/process-log.ts'

const mark = 'airlock-sandbox:x'
const launched = [
  `1 1.0 execve("/usr/bin/bwrap", ["bwrap", "--args", "3", "--", "/bin/sh", "-c", "…", "${mark}", "true"], 0x1) = 0`,
  `3 1.1 execve("/bin/sh", ["/bin/sh", "-c", "…", "${mark}", "1", "2", "true"], 0x1) = 0`,
  '4 1.2 execve("/usr/bin/socat", ["socat"], 0x1) = 0',
  '3 1.3 execve("/bin/true", ["true", "a b"], 0x1) = 0',
].join('\n')

const logOf = (text: string, forebears: (pid: number) => readonly number[] = () => []) => {
  const log = createProcessLog({
    parseLine: parseTraceLine,
    maxLine: 65_536,
    launcher: mark,
    silentSockets: ['/run/broker'],
    forebears,
  })
  log.write(Buffer.from(text, 'latin1'))
  return log
}

describe('the log of processes', () => {
  it('starts with the command, not with what built the sandbox', () => {
    const log = logOf(`${launched}\n`)

    expect(log.events()).toEqual([{ kind: 'exec', at: 1300, pid: 3, detail: 'true "a b"', command: null }])
  })

  it('tells when the command begins: not for what built the sandbox, and once', () => {
    const begun: number[] = []
    const log = createProcessLog({
      ...{ parseLine: parseTraceLine, maxLine: 65_536, launcher: mark, silentSockets: [], forebears: () => [] },
      onBegin: () => begun.push(log.events().length),
    })
    const [last = '', ...first] = launched.split('\n').reverse()

    for (const line of [...first.reverse(), last, last]) log.write(Buffer.from(`${line}\n`, 'latin1'))

    expect(begun, 'with nothing recorded before').toEqual([0])
    expect(log.events()).toHaveLength(2)
  })

  it('leaves out the forwarder that connects to the broker for others', () => {
    const line = (path: string) => `9 2.0 connect(4, {sa_family=AF_UNIX, sun_path="${path}"}, 110) = 0\n`

    const log = logOf(`${launched}\n${line('/run/broker')}${line('/run/docker.sock')}`)

    expect(log.events().map(({ detail }) => detail)).toEqual(['true "a b"', 'unix:/run/docker.sock'])
  })

  it('puts together calls that strace tells in two lines, and drops those that failed', () => {
    const log = logOf(
      `${launched}\n5 2.0 execve("/a", ["late"], 0x1 <unfinished ...>\n6 2.0 execve("/b", ["never"], 0x1 <unfinished ...>\n` +
        '5 2.1 <... execve resumed>) = 0\n6 2.1 <... execve resumed>) = -1 ENOENT (No such file or directory)\n',
    )

    expect(log.events().map(({ detail }) => detail)).toEqual(['true "a b"', 'late'])
  })

  it('names a thread after its process', () => {
    const connect =
      '77 2.0 connect(3, {sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr("10.0.0.1")}, 16) = 0\n'

    const log = logOf(`${launched}\n${connect}`, (pid) => (pid === 77 ? [70, 3] : []))

    expect(log.events().at(-1)).toMatchObject({ detail: '10.0.0.1:1', command: 'true "a b"' })
  })

  it('reads a log that comes in pieces as it reads it whole', () => {
    const log = createProcessLog({
      parseLine: parseTraceLine,
      maxLine: 65_536,
      launcher: mark,
      silentSockets: [],
      forebears: () => [],
    })

    for (const byte of Buffer.from(`${launched}\n`, 'latin1')) log.write(Buffer.of(byte))

    expect(log.events()).toHaveLength(1)
  })

  it('drops a line without end instead of keeping it, and reads on after it', () => {
    const log = logOf(`${launched}\n`)

    for (let piece = 0; piece < 64; piece++) log.write(Buffer.alloc(8192, 'x'))
    log.write(Buffer.from('\n8 3.0 execve("/bin/next", ["next"], 0x1) = 0\n'))

    expect(log.truncated()).toBe(true)
    expect(log.events().map(({ detail }) => detail)).toEqual(['true "a b"', 'next'])
  })
})

describe('text from a sandbox', () => {
  it('loses its power over terminals and eyes, and keeps its letters', () => {
    const hostile = Buffer.from('grün \x1b]52;c;eA==\x07 \u202eevil\u{e0041}\n\u200b', 'utf8')

    expect(printable(hostile, 200)).toBe('grün \\u{1b}]52;c;eA==\\u{7} \\u{202e}evil\\u{e0041}\\u{a}\\u{200b}')
  })

  it('is bounded and survives bytes that are no text', () => {
    expect(printable(Buffer.from([0xff, 0xfe, 0x41]), 10)).toBe('��A')
    expect(printable(Buffer.alloc(1000, 'x'), 10)).toBe('xxxxxxxxx…')
  })
})
