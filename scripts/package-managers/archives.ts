import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { strToU8, type Zippable, zipSync } from 'fflate'
import { runCommand } from '../../worker/process/run-command.ts'

type Files = Readonly<Record<string, string | Buffer>>

export function zip(files: Files): Buffer {
  const entries: Zippable = Object.fromEntries(
    Object.entries(files).map(([path, content]) => [path, typeof content === 'string' ? strToU8(content) : content]),
  )
  return Buffer.from(zipSync(entries))
}

/** A tar, of just these files. */
export async function tar(files: Files): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'airlock-tar-'))
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), content)
    }
    const argv = ['tar', '--create', '--format=ustar', '--owner=0', '--group=0', '--mode=0644', '--file=-']
    const { stdout } = await runCommand([...argv, `--directory=${folder}`, '--', ...Object.keys(files)], {
      env: { PATH: process.env.PATH ?? '' },
    })
    return stdout
  } finally {
    await rm(folder, { recursive: true })
  }
}

export function digest(kind: string, content: string | Buffer, form: 'hex' | 'base64' = 'hex'): string {
  return createHash(kind).update(content).digest(form)
}
