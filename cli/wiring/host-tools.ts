import { access, constants, realpath } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import type { HostTool } from '../../worker/sandbox/command/inside-environment.ts'

/**
 * Programs that image `host` shows beside the system's own: the Node that runs this worker, and npm where it is not
 * a part of the system (nvm and its like keep it in a home, which no sandbox sees).
 */
export async function findHostTools(execPath: string, path: string): Promise<HostTool[]> {
  const node = await toolAt('node', execPath)
  const npm = await findProgram('npm', path)
  const npmTool = npm === null ? null : await toolAt('npm', npm)
  return [node, npmTool].filter((tool) => tool !== null)
}

/** The folder above a program's `bin`; null where the sandbox has it anyway, as a part of /usr. */
async function toolAt(name: string, program: string): Promise<HostTool | null> {
  if ((await realpath(program)).startsWith('/usr/') || program.startsWith('/usr/')) return null
  const bin = dirname(program)
  return { name, path: dirname(bin), bin: bin.slice(dirname(bin).length + 1) }
}

async function findProgram(name: string, path: string): Promise<string | null> {
  for (const folder of path.split(delimiter).filter((entry) => entry.startsWith('/'))) {
    const program = join(folder, name)
    const there = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (there) return program
  }
  return null
}
