import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { runCommand } from '../../worker/process/run-command.ts'
import { interleave } from '../measure.ts'
import { hitsOf } from './hits.ts'
import { createSetupJobs } from './local-setup.ts'
import { commitFolder } from './plain-git.ts'

export const filesPerFolder = 100
export const fileBytes = 20_000
const rounds = 3

/** Milliseconds of each hit, and how those came about that were not told to be copied. */
export const sizeSamplesSchema = z.object({
  way: z.enum(['through an overlay', 'copied']),
  shown: z.array(z.number()),
  copied: z.array(z.number()),
})
export type SizeSamples = z.infer<typeof sizeSamplesSchema>

/** Hits on a snapshot of so many folders, as the user that this process belongs to. */
export async function measureSize(folders: number): Promise<SizeSamples> {
  await using stack = new AsyncDisposableStack()
  const root = await mkdtemp('/tmp/airlock-bench-')
  stack.defer(() => rm(root, { recursive: true, force: true }))
  await runCommand(['chmod', '0711', root], { env: { PATH: '/usr/bin:/bin' } })
  const repository = join(root, 'repository')
  await makeRepository(repository)
  const hits = hitsOf(await createSetupJobs(join(root, 'data'), repository, setupOf(folders)), repository)
  const sides = new Map([
    ['shown', hits.shown],
    ['copied', hits.copied],
  ])
  const samples = await interleave(sides, { rounds, warmUp: 0 })
  const of = (side: string) => [...(samples.get(side) ?? [])]
  return { way: hits.way(), shown: of('shown'), copied: of('copied') }
}

async function makeRepository(folder: string): Promise<void> {
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), '{}')
  await writeFile(join(folder, '.gitignore'), 'node_modules/\n')
  await commitFolder(folder)
}

/** Text, which a search for secrets goes through as through any other. */
function setupOf(folders: number): string {
  const program = [
    'mkdir "node_modules"; $text = "some words of a file\\n" x 1000;',
    `for $d (1..${folders}) { mkdir "node_modules/$d";`,
    `for $f (1..${filesPerFolder}) { open my $out, ">", "node_modules/$d/$f.js"; print $out substr $text, 0, ${fileBytes} } }`,
  ].join(' ')
  return `setup: ${JSON.stringify({ run: [`perl -e '${program}'`], inputs: ['package.json'] })}\n`
}
