import type { OwnEngine } from '../../worker/sandbox/container/own-engine.ts'
import { type Bare, payloads } from './bare.ts'

/** The Engine's own client: an image, no network, and its own defaults for the rest. */
export function bareContainer(name: 'docker' | 'podman', { argv, env }: OwnEngine['client'], image: string): Bare {
  let count = 0
  // Podman's defaults are more than its service here may grant.
  const granted = name === 'podman' ? ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=4096:4096'] : []
  // Docker kills at once; Podman would first ask a program that does not listen, and wait ten seconds.
  const removal = name === 'podman' ? ['rm', '--force', '--time', '0'] : ['rm', '--force']
  return {
    name: `${name} run`,
    async prepare(payload) {
      return () => {
        count += 1
        const container = `bare-${count}`
        return {
          argv: [...argv, 'run', '--rm', '--network', 'none', ...granted, '--name', container, image, ...payload.argv],
          options: { env, cwd: '/' },
          exec: [...argv, 'exec', container, ...payloads.ready.argv],
          end: [...argv, ...removal, container],
        }
      }
    },
  }
}
