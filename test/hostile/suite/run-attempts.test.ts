import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createSandboxBench } from '../../sandbox/battery/sandbox-bench.ts'
import { judgeCell } from '../judge-cell.ts'
import type { AttemptCase } from './attempt-case.ts'
import { newCanary, planted } from './canary.ts'
import { judge, tryAsControl, tryInside } from './run-attempts.ts'

const looking = (name: string, judgedBy: AttemptCase['judge'], inside: string): AttemptCase => ({
  ...{ name, attack: name, group: 'escape', judge: judgedBy, control: 'user', onlyLooks: true, inside },
})
const leavesOneStopped = `my $left = fork() // die; if (!$left) { POSIX::setsid(); kill 'STOP', $$; POSIX::_exit(0) }
  open(my $file, '>', "$given{workspace}/left") or die; print $file $left; close $file`
const readsHost = 'reads("$given{outside}/open-file")'

it('finds a leak among attempts that share a sandbox and a process, and blames no other for it', async () => {
  await using bench = await createSandboxBench()
  const { sandbox, spec } = await bench.create()
  const outside = await mkdtemp('/tmp/airlock-outside-')
  const workspace = join(bench.folder, 'control')
  await mkdir(workspace)
  const canary = newCanary()
  await writeFile(join(outside, 'open-file'), planted(canary, 'file'))
  // The holes: a secret that lies in the sandbox, and a sink that can be reached from it.
  for (const place of [workspace, spec.workspace]) await writeFile(join(place, 'secret'), planted(canary, 'secret'))
  const cases = [
    looking('before', 'canary', readsHost),
    looking('secret-that-leaks', 'canary', 'reads("$given{workspace}/secret")'),
    { ...looking('between', 'canary', readsHost), control: 'worker' as const },
    looking('that-dies', 'canary', `kill 'KILL', $$; ${readsHost}`),
    looking('that-hangs', 'canary', `sleep 60; ${readsHost}`),
    looking('that-stops', 'canary', `kill 'STOP', $$; ${readsHost}`),
    looking('that-leaves-one-stopped', 'canary', `${leavesOneStopped}; ${readsHost}`),
    looking('sink-that-is-open', 'arrived', 'leaves("$given{workspace}/$name")'),
    { ...looking('after', 'canary', readsHost), control: 'root' as const },
  ]
  const places = { outside, patience: '2' }
  const arrived = async (folder: string) => new Set(await readdir(folder))

  const inside = await tryInside(sandbox, cases, places)
  const control = await tryAsControl(cases, places, { user: null, workspace, env: { PATH: '/usr/bin:/bin' } })
  const sinks = [await arrived(spec.workspace), await arrived(workspace)] as const
  const cells = cases.map((one) => [one.name, judgeCell('process', judge(one, [inside, control], sinks, canary))])
  process.kill(Number(await readFile(join(workspace, 'left'), 'utf8')), 'SIGKILL')
  await rm(outside, { recursive: true })

  expect(Object.fromEntries(cells)).toEqual({
    before: 'blocked',
    'secret-that-leaks': 'OPEN',
    between: 'blocked',
    'that-dies': 'no control',
    'that-hangs': 'no control',
    'that-stops': 'no control',
    'that-leaves-one-stopped': 'blocked',
    'sink-that-is-open': 'OPEN',
    after: 'blocked',
  })
})
