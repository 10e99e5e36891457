import { access, chmod, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltImage } from '../../../worker/sandbox/image/built-image.ts'
import { createProcessEngine } from '../../../worker/sandbox/process/create-process-engine.ts'
import { createSandboxBench, runIn, type SandboxBench, shell } from '../battery/sandbox-bench.ts'
import { builtImage, imageTimeoutMs } from '../images/built-image.ts'

describe('a sandbox of class process with a built image', () => {
  let bench: SandboxBench
  let image: BuiltImage | null

  beforeAll(async () => {
    const images = await builtImage('minimal')
    image = await images.find('minimal')
    bench = await createSandboxBench(images)
  }, imageTimeoutMs)

  afterAll(async () => {
    await bench[Symbol.asyncDispose]()
  })

  const run = async (line: string) => {
    const { sandbox } = await bench.create({}, { image: 'minimal' })
    return runIn(sandbox, shell(line))
  }

  it("has the image's system, and nothing of the host's", async () => {
    const inside = await run(
      'cat /etc/airlock-image.json; id -un; test -e /opt/airlock/node || echo no node; test -e /usr/bin/git || echo no git',
    )

    await access('/usr/bin/git')
    expect(inside).toMatchObject({ exitCode: 0, err: '' })
    expect(inside.out).toMatch(/^\{"name":"minimal".*\}\nairlock\nno node\nno git\n$/)
  })

  it('writes to its own folders and to /tmp, and not to the image', async () => {
    const inside = await run(
      'touch written ~/written /tmp/written /var/tmp/written; for at in / /etc /usr/bin /var/lib; do touch $at/x 2>&1 || echo closed; done',
    )

    expect(inside.out.match(/closed/g)).toHaveLength(4)
    expect(inside.out.match(/Read-only file system/g)).toHaveLength(4)
    expect(inside.err).toBe('')
    await expect(access(join(image?.rootfs ?? '/', 'etc/x'))).rejects.toThrow()
  })

  it('has the programs and the few variables that every engine promises', async () => {
    const inside = await run('for one in sh bash perl socat strace; do command -v $one; done; env | cut -d= -f1 | sort')

    const programs = ['/usr/bin/sh', '/usr/bin/bash', '/usr/bin/perl', '/usr/bin/socat', '/usr/bin/strace']
    const variables = ['HOME', 'LANG', 'LOGNAME', 'PATH', 'PWD', 'SHELL', 'TERM', 'TMPDIR', 'USER']
    expect(inside.out.trim().split('\n')).toEqual([...programs, ...variables])
  })

  it('states that the image is all that can be read of this machine', async () => {
    const posture = await bench.engine.posture('minimal')

    expect(posture).toMatchObject({ isolation: 'process', hostReads: 'image', network: 'none' })
  })

  it('is shown in full from a folder that nobody else may enter', async () => {
    const locked = await mkdtemp('/tmp/airlock-locked-')
    const images = await builtImage('minimal')
    const engine = createProcessEngine({ runDir: join(locked, 'run'), hostTools: [], images, now: Date.now })
    try {
      await chmod(locked, 0o700)
      await using sandbox = await engine.create(await bench.spec({}, { image: 'minimal' }))

      const inside = await runIn(
        sandbox,
        shell('cut -c1-17 /etc/airlock-image.json; perl -e "print qq(works)"; touch /x'),
      )

      expect(inside).toMatchObject({ exitCode: 1, out: '{"name":"minimal"\nworks' })
      expect(inside.err).toContain('Read-only file system')
    } finally {
      await rm(locked, { recursive: true })
    }
  })

  it('is refused with the line that builds it where it was not built', async () => {
    const spec = await bench.spec({}, { image: 'nothing' })

    await expect(bench.engine.create(spec)).rejects.toMatchObject({
      code: 'image-missing',
      message: expect.stringContaining('airlock images build nothing'),
    })
  })
})
