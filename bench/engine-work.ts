import type { Sandbox } from '../worker/pipeline/ports/index.ts'
import type { Bench } from './bench.ts'
import { onEachEngine } from './engines/open-engine.ts'
import { nodeTool, packInto, prepareOutside, workInside } from './engines/work.ts'
import type { Figure } from './figure.ts'
import { interleave, type Sample, summarise } from './measure.ts'
import { openSandboxPlace } from './sandbox/sandbox-place.ts'

const rounds = { process: 5, docker: 5, podman: 5, gvisor: 3, microvm: 2 } as const
const warmUp = 1
const limits = { wallMs: 1_800_000, pids: 400 }

export const engineWork: Bench = {
  about:
    'unpacking a packed package and running its tests, in a sandbox of each class, and on the host as the same user',
  async run({ say }) {
    say('process-warning, from its packed files; its tests start some twelve processes of Node')
    return [
      ...(await measureProcess()),
      ...(await onEachEngine(say, async ({ name, engine, place, folder }) => {
        say(`${name}: ${rounds[name]} rounds, in turn`)
        const spec = await place.spec(limits, { tools: [nodeTool] })
        const owner = engine.fileOwner(spec.jobId)
        await packInto(spec.workspace, owner)
        await using sandbox = await engine.create(spec)
        return await measure({ folder, owner }, new Map([[name, sandbox]]), rounds[name])
      })),
    ]
  },
}

/** Class `process`, with its record of processes and connections and without. */
async function measureProcess(): Promise<readonly Figure[]> {
  await using place = await openSandboxPlace()
  await packInto(place.workspace, place.owner)
  const spec = place.spec(false)
  await using audited = await place.create(spec)
  await using unaudited = await place.createUnaudited(spec)
  const sandboxes = new Map<string, Sandbox>([
    ['process', audited],
    ['  without the audit', unaudited],
  ])
  return await measure(place, sandboxes, rounds.process)
}

interface HostPlace {
  readonly folder: string
  readonly owner: { readonly uid: number; readonly gid: number } | null
}

async function measure(
  { folder, owner }: HostPlace,
  sandboxes: ReadonlyMap<string, Sandbox>,
  times: number,
): Promise<readonly Figure[]> {
  const outside = await prepareOutside(folder, owner)
  const sides = new Map<string, () => Promise<Sample>>([['outside', async () => ({ work: await outside() })]])
  for (const [name, sandbox] of sandboxes) sides.set(name, async () => ({ work: await workInside(sandbox) }))
  const samples = await interleave(sides, { rounds: times, warmUp })
  const of = (side: string) => summarise(samples.get(side) ?? [], 'work')
  return [...sandboxes.keys()].map((name) => ({
    ...{ what: name, unit: 'ms', ours: of(name), other: { name: 'outside', summary: of('outside') }, aim: null },
  }))
}
