/** One package manager, a repository with its lockfile, and the registry that has what the lockfile names. */
export interface Trial {
  /** As the plan calls it. */
  readonly program: string
  /** Prints its version. */
  readonly version: string
  /** Of the registry, over TLS at 443. */
  readonly host: string
  /** What the policy has to list besides, for the plan to take the command. */
  readonly presets: readonly string[]
  readonly files: Readonly<Record<string, string>>
  /** What is at a path of the registry; null: nothing. */
  answer(path: string): string | Buffer | null
  /** Prints `greeting` out of the installed package, in the agent's sandbox. */
  readonly use: string
}

/** Stands in each package, and nowhere else. */
export const greeting = 'hello from the package'
