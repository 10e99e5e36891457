import { readFile } from 'node:fs/promises'
import type { Sandbox } from '../../../worker/pipeline/ports/index.ts'
import { runIn } from '../../sandbox/battery/sandbox-bench.ts'
import { caseName, type Looker, placeNames } from '../cases/places.ts'
import type { Finding } from '../hostile-case.ts'
import { callArguments } from '../inside/call-numbers.ts'
import { type Canary, planted } from './canary.ts'
import { type Answers, readAnswers } from './run-attempts.ts'

const parts = ['../inside/prelude.pl', '../inside/places.pl'].map((path) => new URL(path, import.meta.url))
const planting = { act: 'plant' }
/** Patience: a translated guest, on a machine that is busy, looks for minutes. */
const lookTimeoutMs = 240_000

export interface PlacesPlan {
  readonly canary: Canary
  readonly sandbox: Sandbox
  /** Of another job. */
  readonly neighbour: Sandbox
  /** Destroys the sandbox and makes the one of the next phase over the same folders. */
  nextPhase(): Promise<Sandbox>
}

/** Leaves a secret wherever one can be left, and looks for it from where nobody may find it. */
export async function runPlaces(plan: PlacesPlan): Promise<readonly Finding[]> {
  const secret = planted(plan.canary, 'setup')
  const neighbour = await lookWhileHeld(plan, secret)
  const control = await look(plan.sandbox, planting, { HOSTILE_SECRET: secret })
  const next = await look(plan.sandbox)
  const phase = await look(await plan.nextPhase())

  const seen: Readonly<Record<Looker, Answers>> = { next, phase, neighbour }
  return (['next', 'phase', 'neighbour'] as const).flatMap((looker) =>
    placeNames.map((place) => ({
      name: caseName(looker, place),
      through: found(seen[looker], place, plan.canary),
      control: found(control, place, plan.canary),
      detail: seen[looker].get(place)?.detail ?? '',
    })),
  )
}

function found(answers: Answers, place: string, canary: Canary): boolean {
  const answer = answers.get(place)
  if (answer === undefined) throw new Error(`nobody looked at ${place}`)
  return answer.detail.includes(canary)
}

/** The neighbour looks while the other holds everything that it has. */
async function lookWhileHeld({ sandbox, neighbour }: PlacesPlan, secret: string): Promise<Answers> {
  const release = new AbortController()
  const held = Promise.withResolvers<void>()
  const holding = runIn(sandbox, command({ ...planting, hold: '1' }), {
    ...{ stdin: await program(), env: { HOSTILE_SECRET: secret }, signal: release.signal },
    onOutput: (chunk) => {
      if (chunk.includes('LOOKED')) held.resolve()
    },
  })
  await Promise.race([held.promise, holding])
  try {
    return await look(neighbour)
  } finally {
    release.abort()
    await holding
  }
}

async function look(
  sandbox: Sandbox,
  act: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Answers> {
  const signal = AbortSignal.timeout(lookTimeoutMs)
  const run = await runIn(sandbox, command(act), { stdin: await program(), env, signal })
  return readAnswers(run.out, `${run.ended}: ${run.err}`)
}

function command(values: Readonly<Record<string, string>>): readonly string[] {
  const given = Object.entries({ ...values, workspace: '/workspace' }).map(([name, value]) => `${name}=${value}`)
  return ['/usr/bin/perl', '-', ...callArguments(), ...given]
}

async function program(): Promise<string> {
  return (await Promise.all(parts.map((part) => readFile(part, 'utf8')))).join('')
}
