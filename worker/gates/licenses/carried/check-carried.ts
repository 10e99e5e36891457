import type { Finding } from '../../../contract/index.ts'
import type { GateInput } from '../../../pipeline/ports/index.ts'
import type { ChangedFile } from '../../change/view-change.ts'
import { judgeCarried, judgeContradiction, noteCarried, noteHolders } from './carried-findings.ts'
import { contradictions } from './declared-against-text.ts'
import { type CarriedLicense, findCarried } from './find-carried.ts'
import { newHolders } from './new-holders.ts'
import { type OwnLicenses, ownLicenses } from './own-licenses.ts'
import { isAmong } from './same-license.ts'

/** What the licenses that came in with code, rather than as a dependency, mean for the change. */
export async function checkCarried(files: readonly ChangedFile[], { base, policy }: GateInput): Promise<Finding[]> {
  const { allow, deny } = policy.gates.licenses
  const hasList = allow !== undefined || deny !== undefined
  const found = await findCarried(files)
  const own = found.length === 0 ? null : await ownLicenses({ base })
  const foreign = own === null ? [] : found.filter((carried) => isForeign(carried, own))
  const mismatches = await contradictions(files, base)
  return [
    ...(hasList ? foreign.flatMap((carried) => judgeCarried(carried, { allow, deny })) : noteCarried(foreign)),
    ...mismatches.map((mismatch) => judgeContradiction(mismatch, hasList ? 'hold' : 'note')),
    ...noteHolders(newHolders(files, base)),
  ]
}

/** A repository that is open to nobody says so in its own files; an altered text is never its own. */
function isForeign({ how, expression, sure }: CarriedLicense, own: OwnLicenses): boolean {
  if (how === 'proprietary') return !own.isClosed
  return !isAmong(expression, own.ids) || (how === 'text' && !sure)
}
