import { hostImage } from '../../pipeline/ports/index.ts'
import type { HostTool } from '../command/inside-environment.ts'
import type { ImageStore } from '../image/built-image.ts'
import { requireImage } from '../image/require-image.ts'
import type { PreparedHost } from './prepare-host.ts'
import { readImageView, type SystemView } from './system-view.ts'

/** What a sandbox has for its system: this machine's programs, or an image's. Never some of each. */
export interface SandboxSystem {
  readonly view: SystemView
  /** A folder of the host that becomes /etc; null: the view brings its own. */
  readonly etc: string | null
  readonly hostTools: readonly HostTool[]
  readonly env: Readonly<Record<string, string>>
}

export interface SystemSources {
  readonly images: ImageStore
  readonly hostTools: readonly HostTool[]
}

/** Throws SandboxError `image-missing`, with the line that builds it. */
export async function chooseSystem(name: string, host: PreparedHost, from: SystemSources): Promise<SandboxSystem> {
  if (name === hostImage) return { view: host.view, etc: host.files.etc, hostTools: from.hostTools, env: {} }
  const image = await requireImage(from.images, name)
  return { view: await readImageView(image.rootfs), etc: null, hostTools: [], env: image.env }
}
