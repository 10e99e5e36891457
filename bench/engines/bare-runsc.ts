import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ociConfig } from '../../worker/sandbox/gvisor/oci-config.ts'
import { readRunsc } from '../../worker/sandbox/gvisor/read-runsc.ts'
import { type Bare, payloads } from './bare.ts'

const mebibyte = 1024 * 1024
const options = { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, cwd: '/' }

/** runsc over the same root file system, on the platform that ours uses. `folder` is for bundles and its own state. */
export async function bareRunsc(folder: string, rootfs: string): Promise<Bare> {
  const { path, platform } = await readRunsc('/usr/bin/runsc', '/usr/bin/bwrap')
  const root = join(folder, 'runsc')
  await mkdir(root)
  const call = [path, '--network=none', '--ignore-cgroups', `--platform=${platform}`, `--root=${root}`]
  let count = 0
  return {
    name: 'runsc run',
    async prepare({ argv }) {
      const bundle = await mkdtemp(join(folder, 'bundle-'))
      const plan = { root: rootfs, cwd: '/', argv, env: { PATH: '/usr/bin:/bin' }, uid: 65_534, tmpBytes: mebibyte }
      const config = { ...ociConfig({ ...plan, limits: null }), root: { path: rootfs, readonly: true } }
      await writeFile(join(bundle, 'config.json'), JSON.stringify(config))
      return () => {
        count += 1
        const id = `bare-${count}`
        return {
          ...{ argv: [...call, 'run', '--bundle', bundle, id], options },
          exec: [...call, 'exec', id, ...payloads.ready.argv],
          end: [...call, 'kill', id, 'KILL'],
        }
      }
    },
  }
}
