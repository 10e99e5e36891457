import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTraceLine } from '../../../worker/sandbox/audit/parse-trace-line.ts'

const parse = (call: string) => parseTraceLine(`4711 1795188002.801959 ${call}`)
const argv = (call: string) => {
  const line = parse(call)
  return line?.kind === 'exec' ? line.argv.map((word) => word.toString('latin1')) : null
}

describe('a line of strace', () => {
  it('that starts a program is read with its arguments and how it ended', () => {
    const line = parse('execve("/bin/ls", ["ls", "-l", "a b"], 0x55fb20fdc8d8 /* 39 vars */) = 0')

    expect(line).toEqual({
      kind: 'exec',
      pid: 4711,
      at: 1795188002801,
      argv: ['ls', '-l', 'a b'].map((word) => Buffer.from(word)),
      result: 'done',
    })
  })

  it.each([
    ['execve("/x", ["x"], 0x1 /* 1 var */) = -1 ENOENT (No such file or directory)', 'failed'],
    ['execve("/x", ["x"], 0x1 /* 1 var */ <unfinished ...>', 'pending'],
    ['execveat(3, "", ["x"], 0x1 /* 1 var */, AT_EMPTY_PATH) = 0', 'done'],
    ['<... execve resumed>) = 0', 'done'],
    ['<... execve resumed>) = -1 EACCES (Permission denied)', 'failed'],
  ])('%s is %s', (call, result) => {
    expect(parse(call)).toMatchObject({ result })
  })

  it('gives back the bytes of escaped, quoted and cut-off arguments', () => {
    expect(
      argv('execve("/x", ["h\\303\\251\\377", "\\"q\\"", "\\33[31m\\n\\t\\\\", "long"..., "]", ", ["], 0x1) = 0'),
    ).toEqual(['h\xc3\xa9\xff', '"q"', '\x1b[31m\n\t\\', 'long', ']', ', ['])
    expect(argv('execve("/x", [], 0x1) = 0')).toEqual([])
    expect(argv('execve("/x", NULL, 0x1) = 0')).toEqual([])
  })

  it('takes the arguments from the list, even if the path looks like one', () => {
    expect(argv('execve("/a, [\\"b\\"]", ["real"], 0x1) = 0')).toEqual(['real'])
  })

  it.each([
    ['{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("169.254.169.254")}', '169.254.169.254:80'],
    [
      '{sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}',
      '[::1]:443',
    ],
    ['{sa_family=AF_UNIX, sun_path="/run/docker.sock"}', 'unix:/run/docker.sock'],
    ['{sa_family=AF_UNIX, sun_path=@"hid\\0den"}', 'unix:@hid\0den'],
    ['{sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}', 'AF_NETLINK'],
    ['0x7ffe', 'unknown'],
  ])('connect to %s is %s', (address, shown) => {
    expect(parse(`connect(3, ${address}, 16) = -1 ENETUNREACH (Network is unreachable)`)).toMatchObject({
      kind: 'connect',
      address: shown,
    })
  })

  it('that says anything else, or nothing sensible, is nothing', () => {
    expect(parse('set_robust_list(0x7f61258d44a0, 24) = 0')).toBeNull()
    expect(parse('+++ exited with 0 +++')).toBeNull()
    expect(parseTraceLine('')).toBeNull()
    expect(parseTraceLine('execve("/x", ["x"]) = 0')).toBeNull()
  })

  it('never throws, whatever a hostile program made strace write', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        parseTraceLine(text)
        parse(`execve(${text}`)
        parse(`connect(${text}`)
      }),
    )
  })
})
