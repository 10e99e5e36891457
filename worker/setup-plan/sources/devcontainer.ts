import { type ParseError, parse } from 'jsonc-parser'
import { z } from 'zod'
import type { BaseView, Found, FoundCommand } from '../base-view.ts'
import { isSafeLine, isSettable, shellWord } from '../shell-word.ts'

const argvSchema = z.array(z.string().max(8192)).min(1).max(256)
const commandSchema = z.union([z.string().max(16_384), argvSchema])
/** The object form runs its commands beside each other; here they run one after the other. */
const lifecycleSchema = z.union([commandSchema, z.record(z.string().max(200), commandSchema)])
type Lifecycle = z.infer<typeof lifecycleSchema>

const fileSchema = z.looseObject({
  image: z.string().max(500).optional(),
  containerEnv: z.record(z.string(), z.string().max(8192)).optional(),
  onCreateCommand: lifecycleSchema.optional(),
  updateContentCommand: lifecycleSchema.optional(),
  postCreateCommand: lifecycleSchema.optional(),
})

const lifecycle = ['onCreateCommand', 'updateContentCommand', 'postCreateCommand'] as const

/** What it may say and never gets here. */
const refused: Readonly<Record<string, string>> = {
  initializeCommand: 'it would run on the host',
  mounts: 'nothing of the host is shown in a sandbox',
  workspaceMount: 'the workspace is where Airlock lays it out',
  runArgs: 'options of the engine are the operator’s',
  privileged: 'no sandbox is privileged',
  capAdd: 'no sandbox has a capability',
  securityOpt: 'what closes a sandbox stays closed',
  build: 'images are built by the operator',
  dockerFile: 'images are built by the operator',
  dockerComposeFile: 'one sandbox runs, and no services beside it',
  features: 'they would be fetched and run as root',
  postStartCommand: 'it belongs to each start, and setup is kept for later jobs',
  postAttachCommand: 'nobody attaches',
  remoteEnv: 'it is for the tools that attach; `containerEnv` is set',
  workspaceFolder: 'the workspace is at /workspace',
  remoteUser: 'commands run as the sandbox’s own user',
  containerUser: 'commands run as the sandbox’s own user',
}

/** `devcontainer.json`: its lifecycle commands up to `postCreateCommand` run, in the image that was chosen before. */
export function findDevcontainer(view: BaseView, image: string): Found {
  const [path, ...others] = [...view.paths].filter((name) => devcontainerPath.test(name)).sort(shortestFirst)
  if (path === undefined) return { commands: [], notDone: [] }
  const left = others.map((what) => ({ what, why: `${path} is the one that counts` }))
  const parsed = readFile(view.text(path))
  if (parsed === null) return { commands: [], notDone: [{ what: path, why: 'it cannot be read' }, ...left] }
  const commands = lifecycle.flatMap((key) => linesOf(parsed[key]).map((line) => commandOf(path, line)))
  const { env, notDone } = readEnv(parsed.containerEnv ?? {}, path)
  const asked = Object.keys(refused).filter((key) => key in parsed && parsed[key] !== false)
  const notes = asked.map((key) => ({ what: `${key} in ${path}`, why: refused[key] ?? '' }))
  return { commands, env, notDone: [...imageNote(parsed.image, path, image), ...notes, ...notDone, ...left] }
}

export const devcontainerPath = /^(?:\.devcontainer\/(?:[^/]+\/)?devcontainer\.json|\.devcontainer\.json)$/

function shortestFirst(a: string, b: string): number {
  return a.split('/').length - b.split('/').length || (a < b ? -1 : 1)
}

function readFile(text: string | null) {
  const errors: ParseError[] = []
  const value: unknown = parse(text ?? '', errors, { allowTrailingComma: true })
  const parsed = fileSchema.safeParse(value)
  return errors.length > 0 || !parsed.success ? null : parsed.data
}

function linesOf(said: Lifecycle | undefined): string[] {
  if (said === undefined) return []
  const forms = typeof said === 'string' || Array.isArray(said) ? [said] : Object.values(said)
  return forms.map((form) => (typeof form === 'string' ? form : form.map(shellWord).join(' '))).filter(isSafeLine)
}

function commandOf(from: string, line: string): FoundCommand {
  return { line, from, program: null, network: [], inputs: { tree: 'its commands may read any file' } }
}

function readEnv(said: Readonly<Record<string, string>>, path: string) {
  const entries = Object.entries(said).map(([name, value]): [string, string] => [
    name,
    value.replaceAll(/\$\{containerWorkspaceFolder\}/g, '/workspace'),
  ])
  const isGood = ([name, value]: readonly [string, string]) => isSettable(name) && !/\$\{|\0/.test(value)
  const why = 'only plain values are set, and no name of Airlock’s'
  return {
    env: Object.fromEntries(entries.filter(isGood)),
    notDone: entries.filter((entry) => !isGood(entry)).map(([name]) => ({ what: `${name} in ${path}`, why })),
  }
}

/** The machine's own system, as a policy calls it. */
const hostImage = 'host'
/** Images of dev containers that `base` stands in for. */
const likeBase =
  /^mcr\.microsoft\.com\/(?:vscode\/)?devcontainers\/(?:base|javascript-node|typescript-node|python|universal)(?::|$)/

/** Which image runs was decided before: by the policy, or by what the operator has in place of this one. */
function imageNote(image: string | undefined, path: string, runs: string): Found['notDone'] {
  if (image === undefined) return []
  const near = runs === hostImage && likeBase.test(image) ? ': `image: base` in the policy comes nearer to it' : ''
  return [{ what: `image ${image} in ${path}`, why: `\`${runs}\` runs in its place${near}` }]
}
