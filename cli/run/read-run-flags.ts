import { statSync } from 'node:fs'
import { access, constants, mkdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type AgentName, agentNameSchema, type Isolation, isolationSchema } from '../../worker/contract/index.ts'
import { parseFlags, UsageError } from '../command.ts'

export const rightRun = 'airlock run --repo DIR --task TEXT --agent claude'

export interface RunFlags {
  /** Absolute path, or the URL of a public repository. */
  readonly repo: string
  readonly base: string | null
  readonly task: string
  readonly agent: AgentName | null
  readonly command: readonly string[] | null
  readonly isolation: Isolation | null
  readonly policy: { readonly text: string; readonly name: string } | null
  readonly secretsDir: string | null
  readonly out: string | null
  readonly json: boolean
  /** Say what setup would run, and run nothing. */
  readonly explain: boolean
}

const options = {
  repo: { type: 'string' },
  base: { type: 'string' },
  task: { type: 'string' },
  'task-file': { type: 'string' },
  agent: { type: 'string' },
  isolation: { type: 'string' },
  policy: { type: 'string' },
  'secrets-dir': { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean' },
  explain: { type: 'boolean' },
} as const

/** Reads the call and the files that it names. Throws UsageError. */
export async function readRunFlags(args: readonly string[], cwd: string): Promise<RunFlags> {
  const at = args.indexOf('--')
  const command = at === -1 ? null : args.slice(at + 1)
  const values = parseFlags(at === -1 ? args : args.slice(0, at), options, rightRun)
  if (command?.length === 0)
    throw new UsageError('-- needs a command behind it', `${rightRun.replace(' --agent claude', '')} -- node fix.js`)
  if (command !== null && values.agent !== undefined)
    throw new UsageError('--agent and -- exclude each other', rightRun)
  const explain = values.explain === true
  return {
    repo: repositoryOf(values.repo, values.out, cwd),
    base: values.base ?? null,
    task: explain ? 'explain' : await taskOf(values.task, values['task-file'], cwd),
    agent: oneOf('--agent', agentNameSchema, values.agent),
    command,
    isolation: oneOf('--isolation', isolationSchema, values.isolation),
    policy:
      values.policy === undefined
        ? null
        : { text: await readGiven('--policy', values.policy, cwd), name: values.policy },
    secretsDir: values['secrets-dir'] === undefined ? null : folderOf('--secrets-dir', values['secrets-dir'], cwd),
    out: values.out === undefined ? null : await newFolderOf('--out', values.out, cwd),
    json: values.json === true,
    explain,
  }
}

function repositoryOf(repo: string | undefined, out: string | undefined, cwd: string): string {
  if (repo === undefined) throw new UsageError('--repo is missing', rightRun)
  if (!/^https?:\/\//.test(repo)) return folderOf('--repo', repo, cwd)
  if (out === undefined)
    throw new UsageError(
      'a URL needs --out: the branch is made in a clone there',
      `airlock run --repo ${repo} --out DIR --task TEXT`,
    )
  return repo
}

async function taskOf(task: string | undefined, file: string | undefined, cwd: string): Promise<string> {
  if ((task === undefined) === (file === undefined))
    throw new UsageError('one of --task and --task-file is needed', rightRun)
  const text = task ?? (await readGiven('--task-file', file ?? '', cwd))
  if (text.trim() === '') throw new UsageError('the task is empty', rightRun)
  if (text.length > 262_144) throw new UsageError('the task is longer than 262144 characters', rightRun)
  return text
}

interface Words<T> {
  readonly options: readonly T[]
  safeParse(value: unknown): { readonly success: boolean; readonly data?: T | undefined }
}

function oneOf<T extends string>(flag: string, schema: Words<T>, value: string | undefined): T | null {
  if (value === undefined) return null
  const { data } = schema.safeParse(value)
  if (data === undefined) throw new UsageError(`${flag} takes ${schema.options.join(', ')}`, rightRun)
  return data
}

function folderOf(flag: string, path: string, cwd: string): string {
  const folder = resolve(cwd, path)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`${flag}: there is no folder ${path}`, rightRun)
  return folder
}

/** Made if need be: what is wrong with it has to be known before the job runs, not after. */
async function newFolderOf(flag: string, path: string, cwd: string): Promise<string> {
  const folder = resolve(cwd, path)
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
    return folder
  } catch (error) {
    throw new UsageError(`${flag}: ${path} can't be written to (${codeOf(error)})`, rightRun)
  }
}

async function readGiven(flag: string, path: string, cwd: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), 'utf8')
  } catch (error) {
    throw new UsageError(`${flag}: ${path} can't be read (${codeOf(error)})`, rightRun)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
