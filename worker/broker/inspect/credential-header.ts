import type { BrokeredCredential } from '../../contract/index.ts'
import { BrokerError } from '../../pipeline/ports/broker.ts'
import { validateHeaderValue } from '../http.ts'

/** What the broker adds to a request. */
export interface CredentialHeader {
  /** The secret's name, for the record. */
  readonly secret: string
  readonly name: string
  readonly value: string
  /** Every text by which a server's answer would tell the secret. */
  readonly telltale: readonly string[]
}

/** Makes the header of a credential. Throws BrokerError where the operator does not hold it, or it fits in no header. */
export function credentialHeader(
  credential: BrokeredCredential,
  secrets: ReadonlyMap<string, string>,
): CredentialHeader {
  const value = secrets.get(credential.secret)
  if (value === undefined) throw invalid(credential, 'the operator holds no such secret')
  const header = credential.header ?? 'Authorization'
  const made = { secret: credential.secret, name: header }
  if (credential.username !== undefined) {
    const pair = Buffer.from(`${credential.username}:${value}`).toString('base64')
    return { ...made, value: `Basic ${pair}`, telltale: [value, pair] }
  }
  const format = credential.format ?? (header.toLowerCase() === 'authorization' ? 'Bearer {}' : '{}')
  const text = format.split('{}').join(value)
  try {
    validateHeaderValue(header, text)
  } catch {
    // Not its message: it is about the value.
    throw invalid(credential, 'it has characters that no header may have, such as a line break')
  }
  return { ...made, value: text, telltale: [value] }
}

function invalid({ secret }: BrokeredCredential, why: string): BrokerError {
  return new BrokerError('policy-invalid', `the credential ${secret}: ${why}`, { entry: secret })
}
