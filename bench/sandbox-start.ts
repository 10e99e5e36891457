import { access, constants, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Bench } from './bench.ts'
import type { Figure } from './figure.ts'
import { interleave, type Sample, type Summary, summarise } from './measure.ts'
import { bareBubblewrap } from './sandbox/bare-bubblewrap.ts'
import { openSandboxPlace, type SandboxPlace } from './sandbox/sandbox-place.ts'
import { readyCommand, timeProgram, timeSandbox } from './sandbox/start-times.ts'

const rounds = 40
const warmUp = 3
const srtCli = fileURLToPath(new URL('../node_modules/@anthropic-ai/sandbox-runtime/dist/cli.js', import.meta.url))

export const sandboxStart: Bench = {
  about: 'a sandbox, from the decision to start it to the first byte of the command in it',
  async run({ say }) {
    await using place = await openSandboxPlace()
    const srt = await srtCall(place)
    if (typeof srt === 'string') say(`srt is left out: ${srt}`)
    say(`${rounds} rounds, in turn, after ${warmUp} that do not count`)
    const { create, createUnaudited, spec, owner } = place
    const bare = bareBubblewrap(place.workspace, readyCommand)
    const sides = new Map<Side, () => Promise<Sample>>([
      ['ours', () => timeSandbox(create, spec(true))],
      ['bare', () => timeProgram(bare, { env: {}, cwd: '/', ...owner })],
      ['noBroker', () => timeSandbox(create, spec(false))],
      ['noAudit', () => timeSandbox(createUnaudited, spec(true))],
      ['neither', () => timeSandbox(createUnaudited, spec(false))],
    ])
    if (typeof srt !== 'string') sides.set('srt', srt)
    const samples = await interleave(sides, { rounds, warmUp })
    return figuresOf((side, metric) => summarise(samples.get(side) ?? [], metric), typeof srt !== 'string')
  },
}

type Side = 'ours' | 'bare' | 'noBroker' | 'noAudit' | 'neither' | 'srt'

function figuresOf(of: (side: Side, metric: string) => Summary, withSrt: boolean): Figure[] {
  const besideBare = (what: string, side: Side, metric: string, judged: boolean): Figure => ({
    ...{ what, unit: 'ms', ours: of(side, metric), other: { name: 'bwrap', summary: of('bare', metric) } },
    aim: judged ? { of: 'ratio', is: 'at most', bound: 3 } : null,
  })
  const besideSrt = (what: string, metric: string, judged: boolean): Figure => ({
    ...{ what, unit: 'ms', ours: of('ours', metric), other: { name: 'srt', summary: of('srt', metric) } },
    aim: judged ? { of: 'ratio', is: 'at most', bound: 0.2 } : null,
  })
  return [
    besideBare('start to first byte, with audit and broker', 'ours', 'firstByte', true),
    ...(withSrt ? [besideSrt('the same', 'firstByte', true)] : []),
    besideBare('  without a broker', 'noBroker', 'firstByte', false),
    besideBare('  without the audit', 'noAudit', 'firstByte', false),
    besideBare('  without either', 'neither', 'firstByte', false),
    besideBare('start to the proof that nothing is left', 'ours', 'whole', false),
    ...(withSrt ? [besideSrt('the same', 'whole', false)] : []),
  ]
}

/** How to time srt here; a text says why that cannot be done. Its defaults: no network, nothing of the host is writable but the folder. */
async function srtCall(place: SandboxPlace): Promise<(() => Promise<Sample>) | string> {
  const hasRipgrep = await access('/usr/bin/rg', constants.X_OK).then(
    () => true,
    () => false,
  )
  if (!hasRipgrep) return 'it needs ripgrep: apt-get install -y ripgrep'
  const folder = join(place.folder, 'srt')
  await mkdir(folder)
  const settings = join(folder, 'settings.json')
  const network = { allowedDomains: [], deniedDomains: [] }
  await writeFile(settings, JSON.stringify({ network, filesystem: { denyRead: [], allowWrite: ['.'], denyWrite: [] } }))
  const argv = [process.execPath, srtCli, '--settings', settings, '--', ...readyCommand]
  return () => timeProgram(argv, { env: { PATH: '/usr/bin:/bin', HOME: folder }, cwd: folder })
}
