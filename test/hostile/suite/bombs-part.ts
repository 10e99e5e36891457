import type { Limits } from '../../../worker/contract/index.ts'
import { type Sandbox, SandboxError } from '../../../worker/pipeline/ports/index.ts'
import { type CommandRun, type createPlace, mebibyte, runIn, shell } from '../../sandbox/battery/sandbox-bench.ts'
import type { BombCase } from '../cases/bombs.ts'
import type { Finding } from '../hostile-case.ts'

export type Place = ReturnType<typeof createPlace>

/** All the time that a slow machine needs. */
const patient = { wallMs: 900_000 }
/** Each much less than its bombs take, and no more: a translated guest pays for every page that it touches. */
const tight: Readonly<Record<BombCase['against'], Partial<Limits>>> = {
  size: { ...patient, memoryBytes: 64 * mebibyte, diskBytes: 12 * mebibyte, cpus: 1 },
  count: { ...patient, pids: 40, outputBytes: mebibyte },
  time: { wallMs: 1_500 },
}
/** Else as a sandbox has it by default, so that no further machine is made for it. */
const roomy: Partial<Limits> = { wallMs: 1_800_000, pids: 400, outputBytes: 256 * mebibyte }
/** A bomb that is stopped does not hold at all; one that is watched for is found in a while on a busy machine. */
const holdSeconds = 30
const everything = '/tmp/* /dev/shm/* /workspace/* ~/*'
/** One program where that is enough: on some engines each further one costs more than what it removes. */
const cleaning = `rm -rf ${everything} 2>/dev/null || { chmod -R u+rwx /workspace ~; rm -rf ${everything}; }; echo clean`

/** Sets off one bomb after the other; those against time, which pass it mostly asleep, beside all others. */
export async function* runBombs(place: Place, bombs: readonly BombCase[]): AsyncGenerator<Finding> {
  const timed = Array.fromAsync(inTurn(place, ofKind(bombs, true)))
  // Told where it is waited for.
  timed.catch(() => {})
  yield* inTurn(place, ofKind(bombs, false))
  yield* await timed
}

const ofKind = (bombs: readonly BombCase[], timed: boolean) =>
  bombs.filter(({ against }) => (against === 'time') === timed)

/** One after the other, each beside the same where there is room for it. */
async function* inTurn(place: Place, bombs: readonly BombCase[]): AsyncGenerator<Finding> {
  const control = controls(place)
  const sandboxes = Object.entries(tight).map(([against, limits]) => ({ against, next: reusable(place, limits) }))
  for (const bomb of bombs) {
    const bounded = sandboxes.find(({ against }) => against === bomb.against)
    if (bounded === undefined) throw new Error(`no limits against ${bomb.against}`)
    const [run, free] = await Promise.all([
      bounded.next().then((sandbox) => setOff(sandbox, bomb.line, holdSeconds)),
      control(bomb),
    ])
    yield {
      name: bomb.name,
      through: survived(run),
      control: survived(free),
      detail: `${tell(run)} (control: ${tell(free)})`,
    }
  }
}

/** Every sandbox is used until it is used up: some engines start a machine for each. */
function reusable(place: Place, limits: Partial<Limits>): () => Promise<Sandbox> {
  let last: Sandbox | null = null
  return async () => {
    if (last !== null && (await isClean(last))) return last
    await last?.destroy()
    last = (await place.create(limits)).sandbox
    return last
  }
}

/** The same bombs where there is room. Who does not survive in a sandbox that was used gets one of its own. */
function controls(place: Place): (bomb: BombCase) => Promise<CommandRun | SandboxError> {
  let last: Sandbox | null = null
  return async ({ line }) => {
    const run = last === null ? null : await setOff(last, `${cleaning}\n${line}`, 0)
    if (run !== null && survived(run)) return run
    await last?.destroy()
    last = (await place.create(roomy)).sandbox
    return setOff(last, line, 0)
  }
}

/** In a command of its own: what was left must not be what ends the next bomb. */
async function isClean(sandbox: Sandbox): Promise<boolean> {
  const run = await runIn(sandbox, shell(cleaning)).catch(() => null)
  return run?.out === 'clean\n'
}

/** An engine that fails has not let the bomb survive either, but shows nothing with its control. */
async function setOff(sandbox: Sandbox, line: string, hold: number): Promise<CommandRun | SandboxError> {
  const options = { env: { HOLD: String(hold) }, signal: AbortSignal.timeout(600_000) }
  return runIn(sandbox, shell(line), options).catch((error: unknown) => {
    if (error instanceof SandboxError) return error
    throw error
  })
}

const survived = (run: CommandRun | SandboxError) =>
  'ended' in run && run.ended === 'exited' && run.out.includes('survived')

function tell(run: CommandRun | SandboxError): string {
  if (!('ended' in run)) return `${run.code}: ${run.message.slice(0, 200)}`
  return `${run.ended} ${run.exitCode ?? run.signal} after ${run.durationMs} ms ${run.err.slice(0, 200)}`.trim()
}
