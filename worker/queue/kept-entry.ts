import { type JobRequest, type KeptEntry, keptEntrySchema } from '../contract/index.ts'
import { sealingKey } from './sealed-box.ts'

/** What seals changes that are kept. `privateKey` is the App's, in PEM. */
export function keptKey(privateKey: string): Buffer {
  return sealingKey(privateKey, 'airlock held changes')
}

/** No digest: against one of a file with a short secret in it a list of words could be tried. */
export function keptEntryOf(
  { id, repository, subject, actor }: JobRequest,
  kind: KeptEntry['kind'],
  until: Date,
): KeptEntry {
  return keptEntrySchema.parse({
    kind,
    jobId: id,
    repository: `${repository.owner}/${repository.name}`,
    number: subject?.number ?? null,
    requester: actor,
    until: until.toISOString(),
  })
}
