import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { expect, it } from 'vitest'
import { sealedFile, sealHandover } from '../../worker/handover/seal-handover.ts'
import { jobKey, openSealed, publicPartOf, sealTo } from '../../worker/handover/sealed-box.ts'

const appKey = '-----BEGIN PRIVATE KEY-----'
const key = jobKey(appKey, 'job0000001')
const content = Buffer.from('a change that a gate holds')

it('leaves one file that says nothing to a reader of the repository, and all of it to the App', async () => {
  const folder = await mkdtemp('/tmp/airlock-sealed-')
  await writeFile(join(folder, 'change.json'), content)

  await sealHandover(folder, publicPartOf(key))

  expect(await readdir(folder)).toEqual([sealedFile])
  const bytes = await readFile(join(folder, sealedFile))
  await rm(folder, { recursive: true })
  expect(bytes.includes('change')).toBe(false)
  const files = unzipSync(openSealed(key, bytes) ?? new Uint8Array())
  expect(Buffer.from(files['change.json'] ?? [])).toEqual(content)
})

it('is opened on every worker of the App, and by no other App and for no other job', () => {
  const sealed = sealTo(publicPartOf(key), content)
  expect(openSealed(jobKey(appKey, 'job0000001'), sealed)).toEqual(content)
  expect(openSealed(jobKey(appKey, 'job0000002'), sealed)).toBe(null)
  expect(openSealed(jobKey('another', 'job0000001'), sealed)).toBe(null)
})

it('is not opened where one bit of it was changed, wherever, or where it was cut', () => {
  const sealed = sealTo(publicPartOf(key), content)
  for (let at = 0; at < sealed.length; at += 1) {
    const spoilt = Buffer.from(sealed)
    spoilt[at] = (spoilt[at] ?? 0) ^ 1
    expect(openSealed(key, spoilt)).toBe(null)
    expect(openSealed(key, sealed.subarray(0, at))).toBe(null)
  }
})

it('never says the same twice, and takes no key of which the answer could be guessed', () => {
  expect(sealTo(publicPartOf(key), content)).not.toEqual(sealTo(publicPartOf(key), content))
  expect(() => sealTo(Buffer.alloc(32).toString('base64url'), content)).toThrow()
})
