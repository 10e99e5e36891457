import { readFile } from 'node:fs/promises'
import type { Sandbox } from '../../../worker/pipeline/ports/index.ts'
import { runCommand } from '../../../worker/process/run-command.ts'
import { printable } from '../../../worker/sandbox/audit/printable.ts'
import { runIn } from '../../sandbox/battery/sandbox-bench.ts'
import type { Finding } from '../hostile-case.ts'
import { callArguments } from '../inside/call-numbers.ts'
import type { AttemptCase } from './attempt-case.ts'
import type { Canary } from './canary.ts'
import type { FileOwner } from './host-files.ts'

const prelude = new URL('../inside/prelude.pl', import.meta.url)
const perl = ['/usr/bin/perl', '-']
const controlTimeoutMs = 120_000

interface Answer {
  readonly worked: boolean
  readonly detail: string
}
export type Answers = ReadonlyMap<string, Answer>
export type Places = Readonly<Record<string, string>>

/** Runs the attempts in this sandbox, all in one command: those that only look in one process, each other in its own. */
export async function tryInside(sandbox: Sandbox, cases: readonly AttemptCase[], places: Places): Promise<Answers> {
  const argv = [...perl, ...callArguments(), ...words({ ...places, workspace: '/workspace' })]
  const run = await runIn(sandbox, argv, { stdin: await program(cases), signal: AbortSignal.timeout(240_000) })
  return readAnswers(run.out, `${run.ended}: ${run.err}`)
}

/** Runs them where nothing stands in their way, each as who it says. */
export async function tryAsControl(
  cases: readonly AttemptCase[],
  places: Places,
  as: { readonly user: FileOwner | null; readonly workspace: string; readonly env: Readonly<Record<string, string>> },
): Promise<Answers> {
  const run = async (control: AttemptCase['control'], before: readonly string[], user: FileOwner | null) => {
    const input = await program(cases.filter((one) => one.control === control))
    const argv = [...before, ...perl, ...callArguments(), ...words({ ...places, workspace: as.workspace, control })]
    const options = { input, cwd: as.workspace, timeoutMs: controlTimeoutMs, env: as.env, ...(user ?? {}) }
    return readAnswers((await runCommand(argv, options)).stdout.toString('latin1'), 'the control printed nothing')
  }
  return new Map([
    ...(await run('user', [], as.user)),
    ...(await run('worker', [], null)),
    ...(await run('root', ownNamespaces(), null)),
  ])
}

/** Of its own, so that what the control changes is not the host's. */
function ownNamespaces(): readonly string[] {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  return ['unshare', ...user, '--mount', '--uts', '--ipc', '--net', '--pid', '--fork', '--mount-proc']
}

/** What the worker itself saw decides, where it can see; for the rest the kernel's answer does. */
export function judge(
  one: AttemptCase,
  [inside, control]: readonly [Answers, Answers],
  [arrived, controlArrived]: readonly [ReadonlySet<string>, ReadonlySet<string>],
  canary: Canary,
): Finding {
  const through = (answers: Answers, names: ReadonlySet<string>) => {
    const answer = answers.get(one.name)
    if (answer === undefined) return false
    if (one.judge === 'arrived') return names.has(one.name)
    return one.judge === 'canary' ? answer.detail.includes(canary) : answer.worked
  }
  const answer = inside.get(one.name)
  if (answer === undefined) throw new Error(`the attempt ${one.name} gave no answer`)
  return {
    name: one.name,
    through: through(inside, arrived),
    control: through(control, controlArrived),
    detail: `${answer.detail} (control: ${control.get(one.name)?.detail ?? 'none'})`,
  }
}

async function program(cases: readonly AttemptCase[]): Promise<string> {
  const parts = ({ name, inside }: AttemptCase) => `'${name}', sub {\n${inside};\n}`
  const alone = cases.filter(({ onlyLooks }) => onlyLooks !== true).map((one) => `attempt(${parts(one)});\n`)
  const looking = cases.filter(({ onlyLooks }) => onlyLooks === true).map((one) => `[${parts(one)}],\n`)
  return `${await readFile(prelude, 'utf8')}\n${alone.join('')}together(${looking.join('')});\n`
}

const words = (values: Places) => Object.entries(values).map(([name, value]) => `${name}=${value}`)

export function readAnswers(output: string, otherwise: string): Answers {
  const answers = output.split('\n').flatMap((line) => {
    const [name = '', worked, detail = ''] = line.split('\t')
    if (worked !== 'yes' && worked !== 'no') return []
    return [[name, { worked: worked === 'yes', detail: printable(Buffer.from(detail, 'latin1'), 1000) }] as const]
  })
  if (answers.length === 0) throw new Error(`the attempts did not run: ${otherwise.slice(-500)}`)
  return new Map(answers)
}
