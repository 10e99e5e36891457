import { z } from 'zod'
import { type BaseView, below, type Found, type FoundCommand, named, present } from '../base-view.ts'

/** Scripts of a repository's own package that an installation runs: they may read any of its files. */
const installScripts = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare']

const manifestSchema = z.looseObject({ scripts: z.record(z.string(), z.unknown()).optional().catch(undefined) })

interface Manager {
  readonly lockfiles: readonly string[]
  readonly program: string
  readonly line: (view: BaseView, lockfile: string) => string
}

/** In the order in which they are taken where a repository has lockfiles of several. */
const managers: readonly Manager[] = [
  { lockfiles: ['pnpm-lock.yaml'], program: 'pnpm', line: () => 'pnpm install --frozen-lockfile' },
  { lockfiles: ['bun.lock', 'bun.lockb'], program: 'bun', line: () => 'bun install --frozen-lockfile' },
  {
    lockfiles: ['yarn.lock'],
    program: 'yarn',
    line: (view, lockfile) =>
      view.text(lockfile)?.includes('\n__metadata:') ? 'yarn install --immutable' : 'yarn install --frozen-lockfile',
  },
  { lockfiles: ['npm-shrinkwrap.json', 'package-lock.json'], program: 'npm', line: () => 'npm ci' },
]

/** npm, pnpm, yarn and bun. Only by a lockfile: without one, what is installed changes from day to day. */
export function findJavaScript(view: BaseView): Found {
  if (!view.paths.has('package.json')) return { commands: [], notDone: [] }
  const all = managers.flatMap((manager) => {
    const [lockfile] = present(view, ...manager.lockfiles)
    return lockfile === undefined ? [] : [{ manager, lockfile }]
  })
  const [first, ...others] = all
  if (first === undefined) {
    return { commands: [], notDone: [{ what: 'package.json', why: 'it has no lockfile beside it' }] }
  }
  const { manager, lockfile } = first
  const command: FoundCommand = {
    line: manager.line(view, lockfile),
    from: lockfile,
    program: manager.program,
    network: ['npm'],
    inputs: inputsOf(view, lockfile),
  }
  const why = `${lockfile} is there too, and one manager installs`
  return { commands: [command], notDone: others.map(({ lockfile: what }) => ({ what, why })) }
}

function inputsOf(view: BaseView, lockfile: string): FoundCommand['inputs'] {
  const manifests = named(view, 'package.json')
  for (const path of manifests) {
    const runs = scriptOf(view.text(path))
    if (runs !== null) return { tree: runs === 'unknown' ? `${path} was not read` : `${path} runs its script ${runs}` }
  }
  const [program] = present(view, 'binding.gyp', '.pnpmfile.cjs', 'pnpmfile.js')
  if (program !== undefined) return { tree: `${program} runs code of the repository` }
  const settings = ['.npmrc', '.yarnrc', '.yarnrc.yml', 'pnpm-workspace.yaml', 'bunfig.toml', '.nvmrc', '.node-version']
  // Prisma's client is generated from these when it is installed; patches are laid over what is installed.
  const read = [...below(view, 'patches', '.yarn', 'prisma'), ...schemas(view)]
  return [lockfile, ...manifests, ...present(view, ...settings), ...read]
}

function schemas(view: BaseView): string[] {
  return [...view.paths].filter((path) => path.endsWith('.prisma'))
}

/** The script of a manifest that an installation runs; null: none. */
function scriptOf(text: string | null): string | null {
  if (text === null) return 'unknown'
  try {
    const { scripts = {} } = manifestSchema.parse(JSON.parse(text))
    return installScripts.find((name) => name in scripts) ?? null
  } catch {
    return 'unknown'
  }
}
