/** What git prints about a repository whose names and contents are anybody's is read as it is. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBaseTree } from '../../worker/git/base-tree.ts'
import type { Git } from '../../worker/git/git-command.ts'
import { listChanges } from '../../worker/git/list-changes.ts'
import { readBlobs } from '../../worker/git/read-blobs.ts'

const signal = AbortSignal.timeout(60_000)
const prints =
  (output: Uint8Array): Git =>
  async () =>
    Buffer.from(output)
const sha = fc.stringMatching(/^[0-9a-f]{40}$/)
/** Any name that git would list, with whatever looks like git's own words in it. */
const path = fc
  .array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', '\t', ' ', ':100644', 'blob 3\n', '"')), {
    minLength: 1,
  })
  .map((parts) => parts.join('').replaceAll('\0', ''))
  .filter((name) => name !== '')

describe('what git prints', () => {
  it('of blobs is their content, whatever is in them', async () => {
    const content = fc.oneof(
      fc.uint8Array(),
      fc.constantFrom('blob 3\nabc\n', '\n', '').map((text) => Buffer.from(text)),
    )
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.tuple(sha, content), { selector: ([id]) => id }), async (blobs) => {
        const printed = blobs.flatMap(([id, bytes]) => [
          Buffer.from(`${id} blob ${bytes.length}\n`),
          bytes,
          Buffer.from('\n'),
        ])
        const ids = blobs.map(([id]) => id)
        const read = await readBlobs(prints(Buffer.concat(printed)), '/r', ids, 1e6, signal)
        expect(new Map([...read].map(([id, bytes]) => [id, [...bytes]]))).toEqual(
          new Map(blobs.map(([id, bytes]) => [id, [...bytes]])),
        )
      }),
    )
  })

  it('of changes is every path with its two versions', async () => {
    const mode = fc.constantFrom('100644', '100755', '120000')
    const change = fc.record({ path, before: fc.option(fc.tuple(mode, sha)), after: fc.option(fc.tuple(mode, sha)) })
    await fc.assert(
      fc.asyncProperty(fc.array(change), async (changes) => {
        const none = ['000000', '0'.repeat(40)]
        const printed = changes.map(({ path: name, before, after }) => {
          const [old = '', oldSha = ''] = before ?? none
          const [now = '', nowSha = ''] = after ?? none
          return `:${old} ${now} ${oldSha} ${nowSha} M\0${name}\0`
        })
        const read = await listChanges(prints(Buffer.from(printed.join(''))), '/r', 'a', 'b', signal)
        const versionOf = (one: [string, string] | null) => one && { mode: one[0], sha: one[1] }
        expect(read).toEqual(
          changes.map((one) => ({
            path: one.path.toWellFormed(),
            before: versionOf(one.before),
            after: versionOf(one.after),
            submodule: false,
          })),
        )
      }),
    )
  })

  it('of a tree is every file with its mode, id and size', async () => {
    const entry = fc.record({ path, sha, mode: fc.constantFrom('100644', '100755'), size: fc.nat(1000) })
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(entry, { selector: (one) => one.path }), async (entries) => {
        const printed = entries.map(
          (one) => `${one.mode} blob ${one.sha} ${String(one.size).padStart(7)}\t${one.path}\0`,
        )
        const read = readBaseTree(prints(Buffer.from(printed.join(''))), '/r', 'a', { files: 100, bytes: 1e6 }, signal)
        const found = await read.catch((error: Error) => error.name)
        // Names that a checkout could mistake are refused; what is taken is all of it.
        if (found === 'SourceError') return
        expect(found).toEqual(
          entries.map((one) =>
            expect.objectContaining({ path: Buffer.from(one.path).toString('latin1'), sha: one.sha, size: one.size }),
          ),
        )
      }),
    )
  })
})
