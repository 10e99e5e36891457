import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../worker/process/run-command.ts'
import type { Bench } from './bench.ts'
import { interleave, summariseNumbers } from './measure.ts'
import { hitsOf } from './setup/hits.ts'
import { createSetupJobs } from './setup/local-setup.ts'
import { commitFolder } from './setup/plain-git.ts'

const rounds = 3
const sizes = [
  { folders: 10, bytes: 20_000 },
  { folders: 300, bytes: 20_000 },
] as const
const filesPerFolder = 100

export const setupSize: Bench = {
  about: 'a hit with 1,000 and with 30,000 files until its agent starts, through an overlay and copied',
  async run({ say }) {
    const figures = []
    for (const size of sizes) {
      const files = size.folders * filesPerFolder
      const name = `${files} files, ${Math.round((files * size.bytes) / 1e6)} MB`
      say(`${rounds} rounds with ${name}, after a setup that makes them`)
      const samples = await measure(size)
      const summaryOf = (side: string) => summariseNumbers(samples.get(side) ?? [])
      figures.push({
        ...{ what: `until the agent starts, hit with ${name}`, unit: 'ms' as const, ours: summaryOf('overlay') },
        other: { name: 'copied', summary: summaryOf('copied') },
        aim: { of: 'median' as const, is: 'at most' as const, bound: 1000 },
      })
    }
    return figures
  },
}

async function measure(size: (typeof sizes)[number]): Promise<ReadonlyMap<string, readonly number[]>> {
  await using stack = new AsyncDisposableStack()
  const root = await mkdtemp('/tmp/airlock-bench-')
  stack.defer(() => rm(root, { recursive: true, force: true }))
  await runCommand(['chmod', '0711', root], { env: { PATH: '/usr/bin:/bin' } })
  const repository = join(root, 'repository')
  await makeRepository(repository)
  const jobs = await createSetupJobs(join(root, 'data'), repository, setupOf(size))
  const hit = hitsOf(jobs, repository)
  const sides = new Map([
    ['overlay', () => hit({})],
    ['copied', () => hit({ copied: true })],
  ])
  return await interleave(sides, { rounds, warmUp: 0 })
}

async function makeRepository(folder: string): Promise<void> {
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), '{}')
  await writeFile(join(folder, '.gitignore'), 'node_modules/\n')
  await commitFolder(folder)
}

/** Text, which a search for secrets goes through as through any other. */
function setupOf({ folders, bytes }: (typeof sizes)[number]): string {
  const program = [
    'mkdir "node_modules"; $text = "some words of a file\\n" x 1000;',
    `for $d (1..${folders}) { mkdir "node_modules/$d";`,
    `for $f (1..${filesPerFolder}) { open my $out, ">", "node_modules/$d/$f.js"; print $out substr $text, 0, ${bytes} } }`,
  ].join(' ')
  return `setup: ${JSON.stringify({ run: [`perl -e '${program}'`], inputs: ['package.json'] })}\n`
}
