import { createHash } from 'node:crypto'
import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SandboxSpec } from '../../../worker/pipeline/ports/index.ts'
import { createMicrovmEngine } from '../../../worker/sandbox/microvm/create-microvm-engine.ts'
import { createPlace, runIn, shell } from '../battery/sandbox-bench.ts'
import { builtImage, imageTimeoutMs } from '../images/built-image.ts'
import { bringGuest, guestTimeoutMs } from './microvm-bench.ts'

const facts = [
  'cat /proc/sys/kernel/random/boot_id; head -c 16 /dev/urandom | od -An -tx1; grep stack /proc/self/maps',
  'cat before > /tmp/copy; cp before ~; date +%s; stat -c %y /run; cat /opt/airlock/certificates/*.crt || true',
].join('; ')

describe('the state that guests of class microvm start from', () => {
  let folder: string
  let place: ReturnType<typeof createPlace>

  beforeAll(async () => {
    folder = await mkdtemp('/tmp/airlock-vm-state-')
    const runDir = join(folder, 'run')
    await bringGuest(runDir)
    const engine = createMicrovmEngine({ runDir, images: await builtImage('minimal'), now: Date.now })
    place = createPlace(engine, folder, 'minimal')
  }, imageTimeoutMs + guestTimeoutMs)

  afterAll(async () => {
    await place.destroyAll()
    await rm(folder, { recursive: true, force: true })
  }, guestTimeoutMs)

  /** One sandbox, with this word in its files and as its input, from its start to its end. */
  async function useSandbox(word: string, tools: SandboxSpec['tools'] = []) {
    const { sandbox, spec } = await place.create({ wallMs: guestTimeoutMs }, { tools })
    const file = join(spec.workspace, 'before')
    const { uid, gid } = await stat(spec.workspace)
    await writeFile(file, word)
    await chown(file, uid, gid)
    const signal = AbortSignal.timeout(guestTimeoutMs)
    const run = await runIn(sandbox, shell(`cat > before; ${facts}`), { stdin: word, env: { WORD: word }, signal })
    await sandbox.destroy()
    const [boot, random, stack, time, made, certificates] = run.out.trim().split('\n')
    return { boot, random, stack: stack?.split('-')[0], time: Number(time), made, certificates, exitCode: run.exitCode }
  }

  const states = () => join(folder, 'run', 'states')
  const statePath = async () => join(states(), (await readdir(states()))[0] ?? '')

  it(
    'holds nothing of a job, is written by none, and gives no two guests the same randomness or an old time',
    async () => {
      const word = `needle-${Date.now()}`
      const first = await useSandbox(word)
      const kept = await readFile(await statePath())
      const second = await useSandbox(word)
      const after = await readFile(await statePath())

      expect([first.exitCode, second.exitCode]).toEqual([0, 0])
      // The same first moments: both are from it.
      expect(second.made).toBe(first.made)
      expect(new Set([first.boot, second.boot, first.random, second.random, first.stack, second.stack]).size).toBe(6)
      for (const { time } of [first, second])
        expect(Math.abs(time - Date.now() / 1000)).toBeLessThan(guestTimeoutMs / 1000)
      expect([kept.includes(word), kept.includes('renew_randomness')]).toEqual([false, true])
      expect(createHash('sha256').update(after).digest('hex')).toBe(createHash('sha256').update(kept).digest('hex'))
      expect(await readdir(states())).toHaveLength(1)
      expect((await stat(await statePath())).mode & 0o777).toBe(0o600)
      expect((await stat(states())).mode & 0o777).toBe(0o700)
    },
    guestTimeoutMs,
  )

  it(
    'is thrown away when no guest starts from it, and the next one boots',
    async () => {
      const before = await useSandbox('from a state')
      const path = await statePath()
      await truncate(path, Math.floor((await stat(path)).size / 2))

      const broken = useSandbox('never')
      await expect(broken).rejects.toMatchObject({ name: 'SandboxError', code: 'start-failed' })
      const after = await useSandbox('booted')

      expect(after.exitCode).toBe(0)
      expect(after.made).not.toBe(before.made)
      expect(await readdir(states())).toEqual([])
    },
    guestTimeoutMs,
  )

  it(
    'serves sandboxes whose brokers have certificates of their own: each sees its own, and it stays one state',
    async () => {
      const seen = []
      const kept = []
      for (const text of ['of the first', 'of the second, which is longer'.repeat(100)]) {
        const certificates = await mkdtemp(join(folder, 'certificates-'))
        await chmod(certificates, 0o755)
        await writeFile(join(certificates, 'ca.crt'), text)
        seen.push(await useSandbox('certified', [{ name: 'certificates', path: certificates }]))
        kept.push(await readdir(states()))
        await rm(certificates, { recursive: true })
      }

      expect(seen.map(({ certificates }) => certificates)).toEqual([
        'of the first',
        'of the second, which is longer'.repeat(100),
      ])
      expect(seen[1]?.made).toBe(seen[0]?.made)
      expect(kept[0]).not.toEqual([])
      expect(kept[1]).toEqual(kept[0])
      expect(await readdir(join(folder, 'run'))).not.toContain('tools')
    },
    guestTimeoutMs,
  )
})
