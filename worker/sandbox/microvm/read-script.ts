import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Programs in perl whose parts are read as one, because where they run there is no folder to load parts from. */
const parts = {
  'guest/agent': ['control', 'mounts', 'bounds', 'command', 'start'],
  'bring-out': ['disk', 'below', 'plan', 'files', 'folders'],
} as const

/** The whole text of such a program. */
export async function readScript(name: keyof typeof parts): Promise<string> {
  const paths = parts[name].map((part) => join(import.meta.dirname, name, `${part}.pl`))
  return (await Promise.all(paths.map((path) => readFile(path, 'utf8')))).join('\n')
}
