import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defaultPolicy } from '../../app/repo-policy/default-policy.ts'
import type { FileChange } from '../../worker/contract/index.ts'
import type { GateInput } from '../../worker/pipeline/ports/index.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Source code as people write it: this project's own, one file after the other. */
export function ownSource(): string {
  return ['app', 'cli', 'worker']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => readFileSync(join(root, name), 'utf8'))
    .join('\n')
}

/** A change that adds `bytes` of it in so many files. It starts over where it ends. */
export function sourceChange(source: string, bytes: number, files: number): FileChange[] {
  const each = Math.ceil(bytes / files)
  const endless = source.repeat(Math.ceil(each / source.length) + 1)
  return Array.from({ length: files }, (_, index) => {
    const from = (index * each) % source.length
    return addedFile(`src/part-${index}.ts`, endless.slice(from, from + each))
  })
}

export function addedFile(path: string, text: string): FileChange {
  return { path, before: null, after: { mode: '100644', sha: '', content: Buffer.from(text) } }
}

export function inputOf(files: readonly FileChange[]): GateInput {
  return {
    changeSet: { baseSha: '', treeSha: '', files },
    ...{ policy: defaultPolicy, knownSecrets: new Map<string, string>(), base: { files: 0, paths: [] } },
    registries: new Map(),
  }
}
