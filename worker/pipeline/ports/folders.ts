import type { Folders } from './snapshots.ts'

/** A user and group of the host; null stands for the worker's own. */
export type Owner = { readonly uid: number; readonly gid: number } | null

/** The folders of one attempt on the host, all below one root that only the worker can enter. */
export interface JobFolders extends AsyncDisposable {
  readonly root: string
  /** What becomes /workspace and /home/airlock in sandbox 1 and sandbox 2. */
  readonly setup: Folders
  readonly agent: Folders
  /** The job's clean bare repository. */
  readonly repository: string
  /** The broker's socket; short enough for a unix socket's path. */
  readonly brokerSocket: string
}

export interface JobFolderStore {
  /** Makes fresh, empty folders of the worker's own; removes those of an earlier attempt of this job. */
  create(jobId: string, attempt: number): Promise<JobFolders>
  /** Gives them, still empty, to whom the chosen engine runs the job as. */
  give(folders: JobFolders, owner: Owner): Promise<void>
  /** Removes the folders of jobs whose worker died and that `isLive` does not know. Returns how many. */
  reap(isLive: (jobId: string) => boolean): Promise<number>
  /** Where the worker finds a folder of a job: what the job sees there may be mounted for the job alone. */
  find(folder: string): string
  /**
   * Writes a file below `folder`, which a sandbox may have filled with symlinks: no part of the path is followed,
   * what is in the way is replaced. Only while no sandbox runs on it.
   */
  write(folder: string, path: string, content: string | Uint8Array, owner: Owner, executable?: boolean): Promise<void>
  /** Makes a symlink in the same way; what it leads to is not looked at. */
  link(folder: string, path: string, target: Uint8Array, owner: Owner): Promise<void>
  /** Removes a file or folder in the same way: nothing is followed, and what is not there is no error. */
  remove(folder: string, path: string): Promise<void>
}
