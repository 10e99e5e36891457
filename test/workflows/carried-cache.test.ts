import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommand } from '../../worker/process/run-command.ts'
import { expectGood, labelled, repositoryWith } from './asked.ts'
import { type Runner, startRunner } from './runner.ts'

const policy = `agent: command
command: [sh, -c, "cat node_modules/made.txt > seen.txt"]
setup: { run: ["mkdir -p node_modules && echo made >node_modules/made.txt"], inputs: [README.md] }
`
let runner: Runner
beforeAll(async () => {
  runner = await startRunner()
}, 60_000)
afterAll(() => runner[Symbol.asyncDispose]())

it('what setup left on one runner is used on the next, which has it from a packed cache; control: the first makes it', async () => {
  const repository = await repositoryWith(runner, 'carried', policy, { '.gitignore': 'node_modules/\n' })
  async function snapshotOn(machine: string): Promise<string | undefined> {
    const { delivery } = await labelled(runner, repository)
    expectGood(await runner.run('work', { repository, delivery, inputs: { data_dir: join(runner.root, machine) } }))
    const record = await readFile(join(runner.artifact('report-work'), 'audit.jsonl'), 'utf8')
    const patch = await readFile(join(runner.artifact('report-work'), 'change.patch'), 'utf8')
    expect(patch).toContain('+made')
    return /"snapshot":"(hit|miss|none)"/.exec(record)?.[1]
  }

  const first = await snapshotOn('first')
  const packed = join(runner.root, 'cache.tar')
  await runCommand(['tar', '-C', join(runner.root, 'first'), '-cf', packed, 'snapshots'], { env: {} })
  await mkdir(join(runner.root, 'second'))
  await runCommand(['tar', '-C', join(runner.root, 'second'), '-xf', packed], { env: {} })
  const second = await snapshotOn('second')

  expect({ first, second }).toEqual({ first: 'miss', second: 'hit' })
}, 300_000)
