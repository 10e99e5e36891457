import { once } from 'node:events'
import { readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Dockerode from 'dockerode'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { spawnProcess } from '../../../worker/process/spawn-process.ts'
import { containerLabels } from '../../../worker/sandbox/container/container-labels.ts'
import { containerName } from '../../../worker/sandbox/container/set-up-container.ts'
import { ownIdentity } from '../../../worker/sandbox/reaper/process-identity.ts'
import type { SandboxState } from '../../../worker/sandbox/reaper/sandbox-state.ts'
import { runIn, shell } from '../battery/sandbox-bench.ts'
import type { ContainerBench } from './container-bench.ts'

const abandon = fileURLToPath(new URL('./abandon-container.ts', import.meta.url))
const nobody = () => false

/** By its socket, whatever the environment says of another one, and of how long that may take. */
export const engineOf = ({ socket }: ContainerBench) =>
  new Dockerode({ socketPath: socket, protocol: 'http', host: undefined, timeout: undefined })

/** The reaper, on an Engine of which others have used their part before. */
export function describeReaper(benchOf: () => ContainerBench): void {
  describe('the reaper of containers', () => {
    let bench: ContainerBench

    beforeAll(async () => {
      bench = benchOf()
      await bench.destroyAll()
    })

    /** A worker of its own starts an endless command and is killed with -9 in the middle of it. */
    async function killWorker(jobId: string) {
      const { workspace, home } = await bench.spec({}, { jobId })
      const image = await bench.images.find('minimal')
      const imagesDir = dirname(dirname(image?.folder ?? ''))
      const argv = [process.execPath, abandon, bench.socket, imagesDir, bench.runDir, jobId, workspace, home]
      const worker = spawnProcess(argv, { env: {}, stdio: ['ignore', 'pipe', 'inherit'] })
      if (worker.stdout === null) throw new TypeError('no output')
      const [chunk] = await once(worker.stdout, 'data')
      worker.kill('SIGKILL')
      await once(worker, 'exit')
      return { id: z.instanceof(Buffer).parse(chunk).toString().trim(), beat: join(workspace, 'beat') }
    }

    const sizeOf = async (path: string) => (await stat(path)).size
    const containers = async () => {
      const listed = await engineOf(bench).listContainers({ all: true })
      return listed.map(({ Labels }) => Labels['airlock.sandbox'])
    }

    it('removes what a worker that was killed left, and leaves alone what lives', async () => {
      const { id, beat } = await killWorker('abandoned001')
      const { sandbox } = await bench.create()
      const before = await sizeOf(beat)
      await expect.poll(() => sizeOf(beat)).toBeGreaterThan(before)

      const spared = await bench.engine.reap((jobId) => jobId === 'abandoned001')
      const listed = await bench.engine.list()
      const reaped = await bench.engine.reap(nobody)

      expect([spared, reaped]).toEqual([0, 1])
      expect(listed.map((entry) => [entry.id, entry.live])).toEqual(
        expect.arrayContaining([
          [id, false],
          [sandbox.id, true],
        ]),
      )
      expect(await containers()).toEqual([sandbox.id])
      expect(await readdir(join(bench.runDir, 'containers'))).toEqual([sandbox.id])
      const size = await sizeOf(beat)
      await sleep(150)
      expect(await sizeOf(beat)).toBe(size)
      expect((await runIn(sandbox, shell('echo alive'))).out).toBe('alive\n')
      expect(await sandbox.destroy()).toEqual({ processes: 0, mounts: 0, groups: 0 })
    })

    it('finds a container by its own labels where the files are gone', async () => {
      const { id } = await killWorker('abandoned002')
      await rm(join(bench.runDir, 'containers', id), { recursive: true })

      const reaped = await Promise.all([bench.engine.reap(nobody), bench.engine.reap(nobody)])

      expect(Math.max(...reaped)).toBe(1)
      expect(await containers()).toEqual([])
    })

    it('removes what is left of before a reboot, whosever folder it came from, and nothing else of other folders', async () => {
      const { sandbox } = await bench.create()
      const image = await bench.images.find('minimal')
      const leave = async (id: string, bootId: string) => {
        const worker = { ...ownIdentity(), startTime: '1', bootId }
        const state: SandboxState = { version: 1, id, jobId: 'job1', attempt: 1, phase: 'agent', worker, groups: [] }
        await engineOf(bench).createContainer({
          ...{ name: containerName(id), Image: `airlock/minimal:${image?.digest}`, Cmd: ['/bin/true'] },
          Labels: { ...containerLabels(state, 'another folder') },
        })
      }
      await leave('before', 'another start of the machine')
      await leave('foreign', ownIdentity().bootId)

      const reaped = await bench.engine.reap(nobody)

      expect(reaped).toBe(1)
      expect((await containers()).sort()).toEqual(['foreign', sandbox.id].sort())
      await engineOf(bench).getContainer(containerName('foreign')).remove({ force: true })
      expect(await sandbox.destroy()).toEqual({ processes: 0, mounts: 0, groups: 0 })
    })

    it('kills by id what a dead or a living worker has', async () => {
      const { id } = await killWorker('abandoned003')
      const { sandbox } = await bench.create()
      const started = Promise.withResolvers<void>()
      const running = runIn(sandbox, shell('echo started; sleep 60'), { onOutput: () => started.resolve() })
      await started.promise

      const killed = [
        await bench.engine.kill(id),
        await bench.engine.kill(sandbox.id),
        await bench.engine.kill('nobody'),
      ]

      expect(killed).toEqual([true, true, false])
      expect((await running).signal).toBe('SIGKILL')
      expect(await containers()).toEqual([sandbox.id])
      expect(await sandbox.destroy()).toEqual({ processes: 0, mounts: 0, groups: 0 })
    })
  })
}
