import { notice, setFailed, setOutput, warning } from '@actions/core'
import type { ImageInputs } from './inputs/read-image-inputs.ts'
import { imageKey, whyNoImage } from './sandbox/image-key.ts'
import { type Namespaces, openUserNamespaces } from './sandbox/open-user-namespaces.ts'

const switchFile = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns'

/** Before a job works, and without its token: what the sandbox needs of this machine, and under what its image is kept. */
export async function setUp({ image, imagesDir }: ImageInputs): Promise<number> {
  const sudo = process.getuid?.() === 0 ? null : ['sudo', '-n']
  tell(await openUserNamespaces({ switchFile, sudo }))
  if (image === '') return 0
  const wrong = await whyNoImage(image)
  if (wrong !== null) {
    setFailed(`airlock: ${wrong}`)
    return 1
  }
  setOutput('image-key', (await imageKey(image, imagesDir, new Date())) ?? '')
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
