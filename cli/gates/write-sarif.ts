import { writeFile } from 'node:fs/promises'
import type { GatesReport } from '../../worker/contract/index.ts'
import { toSarif } from '../../worker/gates/sarif/to-sarif.ts'

/** The file could not be written. */
class FileError extends Error {
  override readonly name = 'FileError'
}

/** Writes a report's findings as SARIF. Throws FileError. */
export async function writeSarif(path: string, { findings }: GatesReport): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(toSarif(findings), null, 1)}\n`)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new FileError(`--sarif: ${path} can't be written (${code})`, { cause: error })
  }
}
