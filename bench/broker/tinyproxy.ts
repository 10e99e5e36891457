import { once } from 'node:events'
import { glob, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { answers, freePort } from '../../test/broker/local-port.ts'
import { runCommand } from '../../worker/process/run-command.ts'
import { spawnProcess } from '../../worker/process/spawn-process.ts'

const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }

/** Debian's tinyproxy with one host on its list, taken out of its package: nothing is installed. A text says why not. */
export async function startTinyproxy(): Promise<
  (AsyncDisposable & { readonly port: number }) | { readonly why: string }
> {
  const folder = await mkdtemp('/tmp/airlock-bench-tinyproxy-')
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const program = await unpack(folder)
    const port = await freePort()
    await writeFile(join(folder, 'hosts'), '^localhost$\n')
    await writeFile(join(folder, 'conf'), configuration(folder, port))
    const child = spawnProcess(['/usr/bin/setpriv', '--pdeathsig', 'KILL', program, '-d', '-c', join(folder, 'conf')], {
      env,
      stdio: 'ignore',
    })
    const exited = once(child, 'exit')
    for (let tries = 0; !(await answers(port)); tries += 1) {
      if (tries > 200) throw new Error('it does not listen')
      await sleep(20)
    }
    return {
      port,
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL')
        await exited
        await remove()
      },
    }
  } catch (error) {
    await remove()
    return { why: error instanceof Error ? error.message : String(error) }
  }
}

/** Returns the program. Throws CommandError where this is no Debian, or its packages are out of reach. */
async function unpack(folder: string): Promise<string> {
  await runCommand(['apt-get', 'download', 'tinyproxy-bin'], { cwd: folder, env, timeoutMs: 60_000 })
  for await (const file of glob('*.deb', { cwd: folder })) {
    await runCommand(['dpkg-deb', '--extract', file, folder], { cwd: folder, env })
  }
  return join(folder, 'usr/bin/tinyproxy')
}

/** A list of hosts as ours has one, and nothing that ours does not do: no log, no cache, no header of its own. */
function configuration(folder: string, port: number): string {
  return [
    ...[`Port ${port}`, 'Listen 127.0.0.1', 'Allow 127.0.0.1', 'MaxClients 200', 'Timeout 600', 'DisableViaHeader Yes'],
    ...[`Filter "${join(folder, 'hosts')}"`, 'FilterDefaultDeny Yes', 'LogLevel Critical'],
    '',
  ].join('\n')
}
