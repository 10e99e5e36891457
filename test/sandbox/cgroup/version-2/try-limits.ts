/** In a guest whose kernel has control groups of version 2 alone: makes one as a worker does, and says what it held. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createControlGroup, removeGroups } from '../../../../worker/sandbox/cgroup/control-group.ts'
import { findCgroupPlaces } from '../../../../worker/sandbox/cgroup/find-cgroup-places.ts'

const mebibyte = 1024 ** 2
const bounds = { memoryBytes: 64 * mebibyte, pids: 20, cpus: 1 }
const limits = { ...bounds, wallMs: 60_000, diskBytes: mebibyte, outputBytes: mebibyte, costUsd: 0 }
const places = await findCgroupPlaces(undefined)
const group = createControlGroup(places, 'airlock-try', limits)

/** What it wrote, after it was put into the group. */
async function run(script: string): Promise<string> {
  const child = spawn('/bin/sh', ['-c', 'read go; exec /usr/bin/perl -e "$1"', 'sh', script])
  const said: string[] = []
  child.stdout.on('data', (chunk) => said.push(String(chunk)))
  await group.add(child.pid ?? 0)
  child.stdin.end('go\n')
  await once(child, 'close')
  return said.join('')
}

const hold = (mebibytes: number) => `my $held = "x" x (${mebibytes} << 20); print "survived"`
const forks =
  '$| = 1; my $n = 0; while ($n < 60) { my $p = fork; last unless defined $p; if (!$p) { sleep 2; exit } $n++ } print $n'
const little = await run(hold(8))
const before = group.memoryKills()
const much = await run(hold(150))
const started = Number(await run(forks))
const seen = {
  places: places.map(({ version, controllers }) => ({ version, controllers })),
  ...{ little, much, kills: { before, areCounted: group.memoryKills() > before } },
  forks: { areBounded: started > 5 && started < 20, areCounted: group.refusedForks() > 0 },
  left: await removeGroups(group.folders),
}
process.stdout.write(`seen ${JSON.stringify(seen)}\n`)
