import { CommandError } from '../../process/run-command.ts'
import type { ShownLayers } from './job-namespaces.ts'
import { perlCommand, perlScript, runPerl } from './run-perl.ts'

const script = perlScript('plain-layer.pl', ['llistxattr'])
const timeoutMs = 60_000

/** Whether what lies above can be read by its names and files alone, apart from whiteouts. In doubt it cannot. */
export async function isPlainLayer({ upper, stored }: ShownLayers): Promise<boolean> {
  try {
    await runPerl(perlCommand(script, [upper, stored]), { timeoutMs })
    return true
  } catch (error) {
    if (error instanceof CommandError) return false
    throw error
  }
}
