import { asOrdinaryUser } from '../test/sandbox/battery/as-ordinary-user.ts'
import { runCommand } from '../worker/process/run-command.ts'
import type { Bench } from './bench.ts'
import type { Figure } from './figure.ts'
import { summariseNumbers } from './measure.ts'
import { fileBytes, filesPerFolder, measureSize, type SizeSamples, sizeSamplesSchema } from './setup/size.ts'

const sizes = [10, 300] as const
const isRoot = process.getuid?.() === 0
/** Who the worker is. */
const users = isRoot ? (['root', 'an ordinary user'] as const) : (['an ordinary user'] as const)

export const setupSize: Bench = {
  about: 'a hit with 1,000 and with 30,000 files until its agent starts, as root and as an ordinary user, and copied',
  async run({ say }) {
    const figures: Figure[] = []
    for (const folders of sizes) {
      const files = folders * filesPerFolder
      const name = `${files} files, ${Math.round((files * fileBytes) / 1e6)} MB`
      for (const user of users) {
        say(`${name}, worker as ${user}`)
        const { way, shown, copied } = await measureAs(user, folders)
        figures.push({
          ...{ what: `until the agent starts, hit with ${name}, ${way}, worker as ${user}`, unit: 'ms' },
          ours: summariseNumbers(shown),
          other: { name: 'told to copy', summary: summariseNumbers(copied) },
          aim: { of: 'median', is: 'at most', bound: 1000 },
        })
      }
    }
    return figures
  },
}

async function measureAs(user: (typeof users)[number], folders: number): Promise<SizeSamples> {
  if (user === 'root' || !isRoot) return measureSize(folders)
  const command = await asOrdinaryUser('bench/setup/size-part.ts', [String(folders)])
  const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent' }
  const { stdout } = await runCommand(command, { cwd: '/', env, timeoutMs: 900_000 })
  return sizeSamplesSchema.parse(JSON.parse(stdout.toString('utf8')))
}
