import type { HostileCase } from '../hostile-case.ts'

/** A case that is one program: perl that returns whether it worked, and what it saw. */
export interface AttemptCase extends HostileCase {
  /** Body of a perl sub, with what prelude.pl offers. */
  readonly inside: string
  /** It changes nothing of the process that it runs in, which it may share: on some engines a process costs more than what is tried in it. */
  readonly onlyLooks?: boolean
  /**
   * `answer`: the kernel said yes. `arrived`: a listener or file of the host shows the attempt's name. `canary`: what it
   * printed holds a secret of the worker's.
   */
  readonly judge: 'answer' | 'arrived' | 'canary'
  /**
   * Who comes through with it on the host: any `user`; `root`, in namespaces of its own so that the host is not
   * changed; or the `worker` as it is, for attempts that only look.
   */
  readonly control: 'user' | 'root' | 'worker'
}
