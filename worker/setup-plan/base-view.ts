/** The base commit as a plan sees it: every path, and the texts of the few files that were asked for. */
export interface BaseView {
  readonly paths: ReadonlySet<string>
  /** Those of them that are symlinks: what they lead to is another file's to say. */
  readonly links: ReadonlySet<string>
  /** Null: there is no such file, it is a symlink, or it was too large to be read. */
  text(path: string): string | null
}

/** One way to read a repository: what it would run, and what it asks for that is not done. */
export interface Found {
  readonly commands: readonly FoundCommand[]
  readonly env?: Readonly<Record<string, string>>
  readonly notDone: readonly { readonly what: string; readonly why: string }[]
}

export interface FoundCommand {
  readonly line: string
  readonly from: string
  /** The program that it starts; null where nobody can tell. */
  readonly program: string | null
  /** Presets of the hosts that it needs. */
  readonly network: readonly string[]
  /** The files that its result depends on; a text says why that is every file of the repository. */
  readonly inputs: readonly string[] | { readonly tree: string }
}

/** What a lockfile or manifest is called, wherever it lies; not what was installed before. */
export function named(view: BaseView, ...names: readonly string[]): string[] {
  return [...view.paths].filter((path) => {
    const parts = path.split('/')
    return names.includes(parts.at(-1) ?? '') && !parts.includes('node_modules')
  })
}

/** Every file below one of these folders. */
export function below(view: BaseView, ...folders: readonly string[]): string[] {
  return [...view.paths].filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)))
}

/** Those of these files that are there. */
export function present(view: BaseView, ...paths: readonly string[]): string[] {
  return paths.filter((path) => view.paths.has(path))
}
