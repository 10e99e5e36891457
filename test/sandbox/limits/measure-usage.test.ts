import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { measureUsage, unhinderedDu } from '../../../worker/sandbox/limits/measure-usage.ts'

const du = '/usr/bin/du'
const nobody = 65534
const isRoot = process.getuid?.() === 0
const asOrdinary = isRoot
  ? ['/usr/bin/setpriv', '--reuid', String(nobody), '--regid', String(nobody), '--clear-groups', '--']
  : []

describe('counting what a job wrote', () => {
  let folder = ''
  const hidden = () => join(folder, 'hidden')

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'measure-usage-'))
    await mkdir(hidden())
    await writeFile(join(hidden(), 'large'), Buffer.alloc(1024 * 1024))
    if (isRoot) for (const path of [folder, hidden(), join(hidden(), 'large')]) await chown(path, nobody, nobody)
    await chmod(hidden(), 0)
  })

  afterEach(async () => {
    await chmod(hidden(), 0o700)
    await rm(folder, { recursive: true })
  })

  it('finds files in a folder that the job closed, for an ordinary user, whom plain du tells only that it could not look', async () => {
    const control = await measureUsage([...asOrdinary, du], [folder])
    const counted = await measureUsage([...asOrdinary, ...unhinderedDu(du, '/usr/bin/bwrap', false)], [folder])

    expect(control.complete).toBe(false)
    expect(counted).toMatchObject({ files: 3, complete: true })
    expect(counted.bytes).toBeGreaterThan(1024 * 1024 - 1)
  })

  it('finds them for whoever runs the worker, as the engine starts it', async () => {
    const counted = await measureUsage(unhinderedDu(du, '/usr/bin/bwrap', isRoot), [folder])

    expect(counted).toMatchObject({ files: 3, complete: true })
  })

  it('says that it is incomplete when a folder is not there', async () => {
    const counted = await measureUsage(unhinderedDu(du, '/usr/bin/bwrap', isRoot), [join(folder, 'missing')])

    expect(counted.complete).toBe(false)
  })
})
