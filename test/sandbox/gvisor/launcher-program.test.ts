import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brokerPort } from '../../../worker/pipeline/ports/index.ts'
import { arm64 } from '../../../worker/sandbox/gvisor/launcher/encode-arm64.ts'
import {
  type LauncherPlan,
  launcherArguments,
  launcherProgram,
} from '../../../worker/sandbox/gvisor/launcher/launcher-program.ts'
import { assemble } from '../../../worker/sandbox/gvisor/launcher/machine-code.ts'
import { allow, assembleBpf, fail, ifEqual, loadNumber } from '../../../worker/sandbox/seccomp/assemble-bpf.ts'
import { systemCallNumber } from '../../../worker/sandbox/seccomp/system-calls.ts'
import { thisMachine } from '../../../worker/sandbox/seccomp/this-machine.ts'

const machine = thisMachine()
const nothingFiltered = assembleBpf([allow])
const without = (call: 'bind' | 'execve') =>
  assembleBpf([loadNumber, ...ifEqual(systemCallNumber(call, machine) ?? 0, [fail(38)]), allow])
/** A network of its own, and everything in it dies with the launcher, which is its first process. */
const container = ['--dev-bind', '/', '/', '--unshare-pid', '--unshare-net', '--as-pid-1', '--proc', '/proc']

let folder: string

beforeAll(() => {
  folder = mkdtempSync('/tmp/airlock-launcher-')
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** The launcher as this machine's own kernel runs it. */
function launch(command: readonly string[], more: Partial<LauncherPlan> = {}) {
  const path = join(folder, 'launcher')
  const searchPath = more.searchPath ?? '/usr/bin:/bin'
  const plan = { machine, filter: nothingFiltered, broker: null, command, ...more, searchPath }
  writeFileSync(path, launcherProgram(plan))
  chmodSync(path, 0o755)
  const env = { PATH: searchPath, LC_ALL: 'C', NAME: 'a value' }
  const run = spawnSync('/usr/bin/bwrap', [...container, '--', ...launcherArguments(path, command)], {
    ...{ env, encoding: 'utf8', timeout: 20_000 },
  })
  return { code: run.status, out: run.stdout, err: run.stderr }
}

function writeProgram(name: string, text: string, mode = 0o755): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text, { mode })
  return path
}

describe('the launcher of a container', () => {
  it('becomes the command with its arguments and variables, and ends as it did', () => {
    const words = ['', 'two words', '-e', '"$(false)"', 'ü\n']
    const said = launch(['sh', '-c', 'printf "%s|" "$NAME" "$@"; exit 7', 'sh', ...words])

    expect(said).toEqual({ code: 7, out: ['a value', ...words, ''].join('|'), err: '' })
    expect(launch(['sh', '-c', 'kill -KILL $$'])).toEqual({ code: 137, out: '', err: '' })
    expect(launch(['true']).code).toBe(0)
  })

  it('takes more arguments than an instruction has room for', () => {
    const words = Array.from({ length: 8_000 }, (_, index) => String(index))

    expect(launch(['sh', '-c', 'echo $#; shift 7999; echo $1', 'sh', ...words]).out).toBe('8000\n7999\n')
  })

  it('is the first process, and buries what the command leaves', () => {
    const seen = launch([
      'sh',
      '-c',
      'echo $PPID; (true &); (exit 3); sleep 0.2; grep -c "State:.Z" /proc/[0-9]*/status',
    ])

    expect(seen.out.split('\n')[0]).toBe('1')
    expect(seen.out).not.toMatch(/:[1-9]/)
  })

  it('looks where libc would look, in that order, and starts what only a shell can', () => {
    writeProgram('one/named', 'not to be started\n', 0o644)
    writeProgram('two/named', '#!/bin/sh\necho two\n')
    writeProgram('three/named', '#!/bin/sh\necho three\n')
    writeProgram('two/script', 'echo "no first line, $1"\n')
    writeProgram('three/script', '#!/bin/sh\necho three\n')
    const searchPath = ['nothing', 'one', 'two', 'three'].map((name) => join(folder, name)).join(':')

    expect(launch(['named'], { searchPath }).out).toBe('two\n')
    expect(launch(['./named'], { searchPath }).code).toBe(127)
    expect(launch(['script', 'but an argument'], { searchPath }).out).toBe('no first line, but an argument\n')
    expect(launch([join(folder, 'three/script')], { searchPath }).out).toBe('three\n')
  })

  it('tells a command that is not there from one that cannot be started', () => {
    const locked = writeProgram('locked', '#!/bin/sh\n', 0o644)

    expect(launch(['nowhere-to-be-found'])).toEqual({
      ...{ code: 127, out: '', err: 'airlock: nowhere-to-be-found: No such file or directory\n' },
    })
    expect(launch([locked])).toEqual({ code: 126, out: '', err: `airlock: ${locked}: Permission denied\n` })
  })

  it('has the filter up before it does anything else, and starts nothing without one', () => {
    const broker = { port: brokerPort, socket: '/nonexistent' }

    expect(launch(['echo', 'started'], { filter: without('bind') }).out).toBe('started\n')
    expect(launch(['echo', 'started'], { filter: without('bind'), broker })).toMatchObject({ code: 125, out: '' })
    expect(launch(['echo', 'started'], { filter: without('execve') })).toMatchObject({ code: 126, out: '' })
    expect(launch(['echo', 'started'], { filter: Buffer.alloc(8) })).toEqual({
      ...{ code: 125, out: '', err: 'airlock: no filter of system calls\n' },
    })
  })

  it("listens on the broker's port before the command's first instruction, and leaves it no file of its own", () => {
    const command = [
      'bash',
      '-c',
      `exec 9<>/dev/tcp/127.0.0.1/${brokerPort} && echo in; exec 9>&-; ls -l /proc/self/fd`,
    ]

    const { out } = launch(command, { broker: { port: brokerPort, socket: '/nonexistent' } })

    expect(out).toMatch(/^in\n/)
    // The one of ls.
    expect(out).toMatch(/ 3 -> \/proc\//)
    expect(launch(command).out).not.toMatch(/^in\n/)
  })
})

describe('the launcher of an arm64 machine', () => {
  it('says each step as that machine has it', () => {
    const code = assemble(arm64, [
      { kind: 'call', number: 260, words: [-1, { stack: -64 }] },
      { kind: 'jump', when: 'failed', label: 'end' },
      { kind: 'jump', when: 'zero', label: 'end' },
      { kind: 'jump', when: 'not-missing', label: 'end' },
      { kind: 'keep' },
      { kind: 'label', label: 'end' },
      { kind: 'jump', when: 'other', label: 'end' },
    ])
    const words = Array.from({ length: code.length / 4 }, (_, index) => code.readUInt32LE(index * 4).toString(16))

    expect(words).toEqual([
      '910003f3', // mov x19, sp
      ...['d29fffe0', 'f2bfffe0', 'f2dfffe0', 'f2ffffe0'], // x0 = -1
      ...['d29ff801', 'f2bfffe1', 'f2dfffe1', 'f2ffffe1', '8b010261'], // x1 = x19 - 64
      ...['d2802088', 'f2a00008', 'f2c00008', 'f2e00008', 'd4000001'], // x8 = 260, svc #0
      'b7f800a0', // tbnz x0, #63, five ahead
      'b4000080', // cbz x0, four ahead
      ...['b100081f', '54000041'], // cmn x0, #2; b.ne two ahead
      'aa0003f4', // mov x20, x0
      ...['eb14001f', '54ffffe1'], // cmp x0, x20; b.ne one back
    ])
  })
})
