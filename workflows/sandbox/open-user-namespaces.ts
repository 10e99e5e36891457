import { readFile } from 'node:fs/promises'
import { CommandError, runCommand } from '../../worker/process/run-command.ts'

export interface NamespaceHost {
  /** The kernel's switch: `1` refuses user namespaces to programs without a profile. */
  readonly switchFile: string
  /** How root is asked; null: we are root, whom the switch does not bind. */
  readonly sudo: readonly string[] | null
}

/** `free`: nothing is in the way; `opened`: it was, and is not any more. */
export type Namespaces = { readonly kind: 'free' | 'opened' } | { readonly kind: 'closed'; readonly remedy: string }

const setting = 'kernel.apparmor_restrict_unprivileged_userns=0'

/**
 * Class `process` is made of user namespaces, which some runner images keep from ordinary programs. A runner is thrown
 * away after its job, so the switch is turned where the job may. Whether a sandbox can then be made is the engine's to
 * try.
 */
export async function openUserNamespaces({ switchFile, sudo }: NamespaceHost): Promise<Namespaces> {
  const state = await readFile(switchFile, 'utf8').catch(() => '0')
  if (state.trim() !== '1' || sudo === null) return { kind: 'free' }
  try {
    await runCommand([...sudo, 'sysctl', '-w', setting], { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } })
    return { kind: 'opened' }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    return { kind: 'closed', remedy: `sudo sysctl -w ${setting}` }
  }
}
