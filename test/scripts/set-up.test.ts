import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { asOrdinaryUser } from '../sandbox/battery/as-ordinary-user.ts'

const script = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url))

describe('set-up', () => {
  it('does and says nothing where everything is there', () => {
    const { status, stderr } = spawnSync(process.execPath, [script, 'setup'], { encoding: 'utf8' })

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('prints one exact line to run where it may not install Debian packages itself', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'airlock-path-'))
    try {
      symlinkSync('/usr/bin/apt-get', join(folder, 'apt-get'))
      const [program = '', ...args] = await asOrdinaryUser('scripts/run.mjs', ['setup'])
      const call = ['--', '/usr/bin/env', '-i', `PATH=${folder}`]
      const at = args.indexOf('--clear-groups') + 1
      const closed =
        at === 0 ? ['-i', `PATH=${folder}`, program, ...args] : [...args.slice(0, at), ...call, ...args.slice(at + 1)]

      const { status, stderr } = spawnSync(at === 0 ? '/usr/bin/env' : program, closed, { encoding: 'utf8' })

      expect(stderr).toMatch(
        /^ {2}sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends git bubblewrap strace redis-server /m,
      )
      expect(status).toBe(1)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('names its commands when it is called with another', () => {
    const { status, stderr } = spawnSync(process.execPath, [script, 'tset'], { encoding: 'utf8' })

    expect(stderr).toContain('usage: node scripts/run.mjs setup|demo|')
    expect(status).toBe(2)
  })
})
