import { textAt } from '../../../change/read-value.ts'
import type { ChangedFile } from '../../../change/view-change.ts'
import type { Change } from '../../rule.ts'
import { isNoOlder } from '../ci/action-reference.ts'

/** The same package manager from the registry, in no older version: an older one may run what a newer one does not. */
export function managesTheSame({ before, after }: ChangedFile, { read }: Change): boolean {
  const [old, now] = [before, after].map((side) => {
    const document = side === null ? null : read(side, 'json')
    const text = document?.ok === true ? textAt(document.value, 'packageManager') : null
    return /^(npm|pnpm|yarn|bun)@(\d{1,5}\.\d{1,5}\.\d{1,5})(?:\+sha\d{3}\.[\w=+/-]{20,200})?$/.exec(text ?? '')
  })
  return old?.[1] !== undefined && old[1] === now?.[1] && isNoOlder(now[2] ?? '', old[2] ?? '')
}
