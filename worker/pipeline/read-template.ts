import type { Job } from './job.ts'
import type { MaterialisedBase } from './ports/index.ts'

const form = /^(?:\.github\/|docs\/)?pull_request_template\.(?:md|txt)$/i
const mostBytes = 16 * 1024

/**
 * The repository's template for pull requests; null where it has none, or the pull request is not against the default
 * branch, whose words alone are its people's.
 */
export async function readTemplate({ request, attempt }: Job, base: MaterialisedBase): Promise<string | null> {
  if (request.base.ref !== request.repository.defaultBranch || request.installationId === null) return null
  const [path] = (base.paths ?? []).filter((one) => form.test(one)).toSorted(byPlace)
  if (path === undefined) return null
  return (await base.tree.read([path], mostBytes, attempt.signal)).get(path) ?? null
}

/** As GitHub chooses: `.github`, the top, `docs`. */
function byPlace(one: string, other: string): number {
  return placeOf(one) - placeOf(other)
}

function placeOf(path: string): number {
  if (path.startsWith('.github/')) return 0
  return path.includes('/') ? 2 : 1
}
