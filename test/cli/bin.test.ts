import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import nodeFlags from '../../cli/node-flags.json' with { type: 'json' }

const bin = fileURLToPath(new URL('../../cli/bin.mjs', import.meta.url))

it('starts Node with a bound on the garbage that app and worker gather', () => {
  const print = 'process.stderr.write(process.execArgv.concat("\\n").join(" "))'
  const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(print)}` }

  const { status, stderr } = spawnSync(process.execPath, [bin, '--help'], { encoding: 'utf8', env })

  expect(status).toBe(0)
  expect(stderr.split('\n').map((line) => line.trim())).toContain(nodeFlags.join(' '))
})
