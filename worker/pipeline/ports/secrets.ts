import type { Repository } from '../../contract/index.ts'

/** The operator's secrets for setup. One file per name, per organisation and repository. */
export interface SetupSecrets {
  /** Values by name, and the names that nobody holds. */
  load(
    repository: Repository,
    names: readonly string[],
  ): Promise<{ readonly values: ReadonlyMap<string, string>; readonly missing: readonly string[] }>
}
