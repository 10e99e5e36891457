import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { runCommand } from '../../worker/process/run-command.ts'

/** The two folders that setup leaves, and where a sealed copy may go. */
export interface LeftBySetup extends AsyncDisposable {
  readonly root: string
  readonly folders: { readonly workspace: string; readonly home: string }
}

export async function makeLeftBySetup(): Promise<LeftBySetup> {
  const root = await mkdtemp(join(tmpdir(), 'airlock-seal-'))
  const left = { root, folders: { workspace: join(root, 'workspace'), home: join(root, 'home') } }
  await emptyFolders(left)
  return { ...left, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) }
}

export async function emptyFolders({ folders }: Pick<LeftBySetup, 'folders'>): Promise<void> {
  for (const folder of Object.values(folders)) {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder)
  }
}

export async function put(root: string, path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), content)
}

type Plant = (left: LeftBySetup, written: Buffer) => Promise<unknown>

const text = (path: string, before: string, after = '\n'): Plant => {
  return ({ root }, written) => put(root, path, Buffer.concat([Buffer.from(before), written, Buffer.from(after)]))
}

function tar(written: Buffer): Buffer {
  const header = Buffer.alloc(512)
  header.write('package/config.json')
  const padded = Buffer.alloc(Math.ceil(written.length / 512) * 512)
  written.copy(padded)
  return Buffer.concat([header, padded, Buffer.alloc(1024)])
}

/** Runs a program of the machine's and returns what it wrote. */
export async function run(...argv: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env.PATH ?? '',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b.c',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b.c',
  }
  return (await runCommand(argv, { env })).stdout.toString('latin1')
}

/** History keeps what the work tree no longer shows: loose objects, or a pack. */
const inHistory = (packed: boolean): Plant => {
  return async ({ folders }, written) => {
    const repository = join(folders.home, 'repository')
    await put(repository, 'config', Buffer.concat([Buffer.from('x'.repeat(2000)), written]))
    await run('git', '-C', folders.home, 'init', '--quiet', repository)
    await run('git', '-C', repository, 'add', '.')
    await run('git', '-C', repository, 'commit', '--quiet', '-m', 'with')
    await writeFile(join(repository, 'config'), 'without')
    await run('git', '-C', repository, 'commit', '--quiet', '-a', '-m', 'without')
    if (packed) await run('git', '-C', repository, 'gc', '--quiet')
  }
}

/** Where programs leave a value on disk without being asked to. */
export const places: readonly (readonly [string, Plant])[] = [
  ['.npmrc', text('home/.npmrc', '//registry/:_authToken=')],
  ['.netrc', text('home/.netrc', 'machine example.com login x password ')],
  ['pip.conf', text('home/.config/pip/pip.conf', '[global]\nindex-url = https://x:', '@example.com/simple\n')],
  ['npm log', text('home/.npm/_logs/1-debug-0.log', '12 verbose argv "config" "set" "')],
  ['npm cache', ({ root }, written) => put(root, 'home/.npm/_cacache/content-v2/sha512/ab/cd', gzipSync(tar(written)))],
  ['git credentials', text('home/.git-credentials', 'https://x-access-token:', '@example.com\n')],
  ['remote URL', text('workspace/vendor/.git/config', '[remote "origin"]\n\turl = https://x:', '@example.com/a\n')],
  ['loose history', inHistory(false)],
  ['packed history', inHistory(true)],
  ['shell history', text('home/.bash_history', 'export TOKEN=')],
  ['.env', text('workspace/.env', 'TOKEN=')],
  ['node_modules', text('workspace/node_modules/x/build/config.js', 'module.exports = "')],
  ['environment dump', text('home/daemon.environ', 'PATH=/bin\0TOKEN=', '\0HOME=/')],
  [
    'core dump',
    ({ root }, written) =>
      put(root, 'workspace/core', Buffer.concat([Buffer.alloc(5e5, 7), written, Buffer.alloc(5e5)])),
  ],
  ['archive in an archive', ({ root }, written) => put(root, 'home/a.tgz', gzipSync(tar(gzipSync(written))))],
  [
    'symlink',
    ({ folders }, written) => symlink(Buffer.concat([Buffer.from('/run/'), written]), join(folders.home, 'link')),
  ],
  ['file name', ({ folders }, written) => writeFile(nameIn(folders.workspace, written), 'x')],
  ['folder name', ({ folders }, written) => mkdir(nameIn(folders.home, written))],
]

/** What cannot stand in a name is left to the other places. */
export function fitsIntoName(written: Buffer): boolean {
  return !written.includes(0) && !written.includes(0x2f) && written.length < 200
}

function nameIn(folder: string, written: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/x`), written])
}
