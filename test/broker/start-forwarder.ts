import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawnProcess } from '../../worker/process/spawn-process.ts'
import { launchCommand } from '../../worker/sandbox/command/launch-script.ts'
import { answers, freePort } from './local-port.ts'

const limits = { fileBytes: 2 ** 40, openFiles: 1024, processes: null, dataBytes: null }
/** What the forwarder starts dies with the first process of this, as in a sandbox. */
const processTree = ['/usr/bin/bwrap', '--dev-bind', '/', '/', '--unshare-pid', '--die-with-parent', '--']

/** The forwarder that every sandbox has, from a port of this machine's loopback to a broker's socket. */
export async function startForwarder(socket: string): Promise<AsyncDisposable & { readonly port: number }> {
  const port = await freePort()
  const launch = launchCommand({
    mark: 'forwarder',
    limits,
    broker: { port, socket },
    argv: ['/bin/cat'],
  })
  const child = spawnProcess([...processTree, ...launch], { env: {}, stdio: ['pipe', 'ignore', 'inherit'] })
  const exited = once(child, 'exit')
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (tries > 500) throw new Error('the forwarder does not listen')
    await sleep(10)
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
