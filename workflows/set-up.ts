import { notice, warning } from '@actions/core'
import { type Namespaces, openUserNamespaces } from './sandbox/open-user-namespaces.ts'

const switchFile = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns'

/** Before a job works, and without its token: what the sandbox needs of this machine. */
export async function setUp(): Promise<number> {
  const sudo = process.getuid?.() === 0 ? null : ['sudo', '-n']
  tell(await openUserNamespaces({ switchFile, sudo }))
  return 0
}

function tell(namespaces: Namespaces): void {
  if (namespaces.kind === 'opened') notice('User namespaces were closed on this runner, and are open until it ends.')
  if (namespaces.kind === 'closed') {
    warning(
      `User namespaces are closed on this runner, and this job may not open them: class process cannot be had. On the machine, once: ${namespaces.remedy}`,
    )
  }
}
