import { chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOverlays } from '../../../worker/sandbox/overlay/create-overlays.ts'
import { createJobNamespaces } from '../../../worker/sandbox/overlay/job-namespaces.ts'
import { expectsOverlay } from './expects-overlay.ts'
import { attribute, attributesOf } from './set-attribute.ts'

const { signal } = new AbortController()
let stored: string

beforeEach(async () => {
  stored = await mkdtemp(join(tmpdir(), 'airlock-bare-'))
  for (const name of ['home', 'workspace', 'workspace/d']) await mkdir(join(stored, name))
  await writeFile(join(stored, 'workspace/d/a'), 'stored')
  await symlink('/', join(stored, 'workspace/link'))
})
afterEach(() => rm(stored, { recursive: true, force: true }))

if (process.getuid?.() === 0 && expectsOverlay()) {
  describe('a tree that is made bare', () => {
    const bare = () =>
      createOverlays(createJobNamespaces()).bare([join(stored, 'workspace'), join(stored, 'home')], signal)

    it('has no extended attribute, of files or folders; and control: it had', async () => {
      const given = [
        ['workspace/d', 'trusted.overlay.redirect'],
        ['workspace/d', 'user.secret'],
        ['workspace/d/a', 'user.secret'],
        ['home', 'trusted.overlay.opaque'],
      ] as const
      for (const [path, name] of given) expect(attribute(join(stored, path), name, '/')).toBe(0)
      expect(given.map(([path]) => attributesOf(join(stored, path))).join()).toContain('trusted.overlay.redirect')

      expect(await bare()).toBe(true)

      expect(given.map(([path]) => attributesOf(join(stored, path))).join('')).toBe('')
    })

    it('belongs to one user, or it is none', async () => {
      await chown(join(stored, 'workspace/d/a'), 600_001, 600_001)

      expect(await bare()).toBe(false)
    })
  })
}
