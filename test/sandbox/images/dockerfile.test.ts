import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../../../worker/process/run-command.ts'
import { createDockerfile } from '../../../worker/sandbox/image/create-dockerfile.ts'
import { findEngine, runEngineBuild } from '../../../worker/sandbox/image/run-engine-build.ts'

const base = `debian@sha256:${'0123456789abcdef'.repeat(4)}`

describe('the Dockerfile of an image', () => {
  const text = createDockerfile(base, ['git', 'libstdc++6'])
  const steps = text.replaceAll('\\\n', ' ').trim().split('\n')

  it('installs the packages on the same Debian, lays the rest over them, and finishes as mmdebstrap does', () => {
    expect(steps.map((step) => step.split(' ')[0])).toEqual(['FROM', 'RUN', 'ADD', 'RUN'])
    expect(steps[0]).toBe(`FROM ${base}`)
    expect(steps[1]).toMatch(/apt-get install -y --no-install-recommends git libstdc\+\+6 &&/)
    expect(steps[1]).toMatch(/rm -rf \/var\/lib\/apt\/lists/)
    expect(steps[2]).toBe('ADD overlay.tar /')
  })

  it('has steps that a shell can read', async () => {
    const finish = JSON.parse(steps[3]?.replace(/^RUN /, '') ?? '')

    expect(finish).toHaveLength(5)
    expect(finish.slice(0, 2).concat(finish.slice(3))).toEqual(['/bin/sh', '-c', 'airlock-finish', '/'])
    for (const script of [steps[1]?.replace(/^RUN /, '') ?? '', finish[2]]) {
      await expect(runCommand(['/bin/sh', '-n'], { input: script })).resolves.toMatchObject({ stderr: '' })
    }
    await expect(runCommand(['/bin/sh', '-n'], { input: 'if' })).rejects.toThrow()
  })

  it('names no mirror, registry or proxy', () => {
    expect(text).not.toMatch(/https?:|proxy|registry/i)
  })
})

describe('the Engine that builds', () => {
  const plan = {
    suite: 'bookworm',
    packages: ['git'],
    toolsHook: null,
    overlay: '/nonexistent/overlay.tar',
    target: '/nonexistent/root.tar',
  } as const
  const run = { base: null, temporary: '/nonexistent', env: {}, signal: new AbortController().signal, onLine() {} }

  it('is not given a tag, which is whatever its registry says today', async () => {
    const built = runEngineBuild('/usr/bin/podman', plan, run)

    await expect(built).rejects.toMatchObject({
      code: 'builder-missing',
      message: expect.stringMatching(/podman pull debian:bookworm-slim; .*RepoDigests.*AIRLOCK_IMAGE_BASE/),
    })
  })

  it('does not build another release of Debian than that of the image it starts from', async () => {
    const base = `debian@sha256:${'a'.repeat(64)}`

    const built = runEngineBuild('/usr/bin/podman', { ...plan, suite: 'trixie' }, { ...run, base })

    await expect(built).rejects.toMatchObject({ code: 'builder-missing', message: expect.stringContaining('trixie') })
  })

  it('is the first on PATH, and nothing where there is none', async () => {
    const folder = await mkdtemp('/tmp/airlock-engines-')
    try {
      const [empty, full] = [join(folder, 'empty'), join(folder, 'full')]
      for (const path of [empty, full]) await mkdir(path)
      await writeFile(join(full, 'podman'), '')
      const before = await findEngine(`relative:${empty}:${full}`)
      await chmod(join(full, 'podman'), 0o755)

      expect(before).toBeNull()
      expect(await findEngine(`relative:${empty}:${full}`)).toBe(join(full, 'podman'))
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
