import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { deflate, inflate } from 'node:zlib'
import { GitFailed, runGit } from './run-git.ts'

/** Git's loose objects, read and written here: a git process costs more than all else in most answers. */

export interface GitObject {
  readonly type: string
  readonly content: Buffer
}

const [deflated, inflated] = [promisify(deflate), promisify(inflate)]

export function isFullId(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text)
}

/** By its full id; undefined where there is none. Packed ones are asked of git. */
export async function readObject(gitDir: string, sha: string): Promise<GitObject | undefined> {
  if (!isFullId(sha)) return undefined
  return (await readLoose(gitDir, sha)) ?? (await readPacked(gitDir, sha))
}

/** As `readObject`, and undefined for packed ones too. */
export async function readLoose(gitDir: string, sha: string): Promise<GitObject | undefined> {
  const packed = await readFile(pathOf(gitDir, sha)).catch(ifMissing)
  if (packed === undefined) return undefined
  const raw = await inflated(packed)
  const gap = raw.indexOf(0)
  const [type = ''] = raw.subarray(0, gap).toString('latin1').split(' ')
  return { type, content: raw.subarray(gap + 1) }
}

/** Takes the content as it is; what a tree or a commit must look like is its writer's to see to. */
export async function writeObject(gitDir: string, type: string, content: Uint8Array): Promise<string> {
  const raw = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content])
  const sha = createHash('sha1').update(raw).digest('hex')
  const path = pathOf(gitDir, sha)
  const written = `${gitDir}/objects/stand-in-${randomUUID()}`
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(written, await deflated(raw, { level: 1 }), { mode: 0o444 })
  await rename(written, path)
  return sha
}

async function readPacked(gitDir: string, sha: string): Promise<GitObject | undefined> {
  const packs = (await readdir(join(gitDir, 'objects/pack')).catch(ifMissing)) ?? []
  if (packs.length === 0) return undefined
  const output = await runGit(gitDir, ['cat-file', '--batch'], { input: `${sha}\n` })
  const end = output.indexOf(0x0a)
  const [, type = '', size = ''] = output.subarray(0, end).toString('latin1').split(' ')
  if (type === 'missing') return undefined
  if (size === '') throw new GitFailed(0, `cat-file said ${output.subarray(0, end).toString('latin1')}`)
  return { type, content: output.subarray(end + 1, end + 1 + Number(size)) }
}

function pathOf(gitDir: string, sha: string): string {
  return join(gitDir, 'objects', sha.slice(0, 2), sha.slice(2))
}

export function ifMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
