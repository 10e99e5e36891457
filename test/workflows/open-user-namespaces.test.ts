import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openUserNamespaces } from '../../workflows/sandbox/open-user-namespaces.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp('/tmp/airlock-userns-')
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** A switch of that state, and a `sudo` that ends so. */
async function host(state: string, status: number) {
  const switchFile = join(root, `switch-${state}`)
  await writeFile(switchFile, `${state}\n`)
  const sudo = join(root, `sudo-${status}`)
  await writeFile(sudo, `#!/bin/sh\necho "$*" >> ${root}/asked\nexit ${status}\n`)
  await chmod(sudo, 0o755)
  return { switchFile, sudo: [sudo, '-n'] }
}

describe('user namespaces of a runner', () => {
  it('are left alone where nothing is in the way', async () => {
    expect(await openUserNamespaces(await host('0', 1))).toEqual({ kind: 'free' })
    expect(await openUserNamespaces({ switchFile: join(root, 'nothing'), sudo: ['false'] })).toEqual({ kind: 'free' })
    expect(await openUserNamespaces({ ...(await host('1', 1)), sudo: null })).toEqual({ kind: 'free' })
  })

  it('are opened where the job may, and else it is said how', async () => {
    expect(await openUserNamespaces(await host('1', 0))).toEqual({ kind: 'opened' })
    const remedy = 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'
    expect(await openUserNamespaces(await host('1', 1))).toEqual({ kind: 'closed', remedy })
  })
})
