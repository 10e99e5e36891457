import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { createEngineClient } from '../../../worker/sandbox/container/engine-client.ts'

const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('/dockerode/'))

it('says how to get an Engine where there is none, and loads no client for it', async () => {
  const engine = createEngineClient('/nonexistent/docker.sock')

  await expect(engine.list()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('no Engine at /nonexistent/docker.sock: apt-get install'),
  })
  await expect(engine.wait('any', AbortSignal.timeout(1000))).rejects.toMatchObject({ code: 'unavailable' })

  expect(loaded()).toEqual([])
  // Control: it is found there once it is loaded.
  createRequire(import.meta.url)('dockerode')
  expect(loaded()).not.toEqual([])
})
