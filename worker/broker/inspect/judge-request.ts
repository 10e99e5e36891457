import type { EgressRule, RequestRule } from '../egress/parse-egress.ts'
import type { CredentialHeader } from './credential-header.ts'
import { matchesPath, type RequestPath, readPath } from './request-path.ts'

/** As much of a request as rules look at. */
export interface AskedRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  /** It came through TLS that ends here, and goes on through TLS. */
  readonly secure: boolean
}

export type Judgement =
  | { readonly allowed: true; readonly rule: EgressRule; readonly credential: CredentialHeader | null }
  | { readonly allowed: false; readonly why: string }

/** With these a request would be for another method or path than the one that was checked. */
const overrides = /^x[-_](?:http[-_]method(?:[-_]override)?|method[-_]override|original[-_]url|rewrite[-_]url)$/i
/** CONNECT makes a tunnel; TRACE answers with the request, credential and all. */
const neverInspected = new Set(['CONNECT', 'TRACE'])

/** Decides about one request by the rules that are for its host and port. One that allows it is enough. */
export function judgeRequest(rules: readonly EgressRule[], request: AskedRequest): Judgement {
  const judged = rules.map((rule) => ({ rule, why: whyNot(rule.requests, request) }))
  const allowing = judged.filter(({ why }) => why === null).map(({ rule }) => rule)
  const rule = allowing.find(({ requests }) => requests?.credential != null) ?? allowing[0]
  if (rule !== undefined) return { allowed: true, rule, credential: rule.requests?.credential ?? null }
  return { allowed: false, why: judged[0]?.why ?? 'no rule is for this host' }
}

function whyNot(rule: RequestRule | null, request: AskedRequest): string | null {
  if (rule === null) return null
  if (rule.credential !== null && !request.secure) return 'the rule for it adds a credential, which goes over TLS only'
  if (neverInspected.has(request.method)) return `${request.method} is never let through here`
  if (request.rawHeaders.some((name, index) => index % 2 === 0 && overrides.test(name))) {
    return 'a header of it names another method or path'
  }
  return whyNotMethod(rule, request.method) ?? whyNotPath(rule, readPath(request.path))
}

function whyNotMethod({ methods }: RequestRule, method: string): string | null {
  if (methods === null || methods.includes(method) || (method === 'HEAD' && methods.includes('GET'))) return null
  return `the method ${method} is not allowed, only ${methods.join(', ')}`
}

function whyNotPath({ paths }: RequestRule, path: RequestPath): string | null {
  if (paths === null) return null
  if (!path.ok) return `its path is not plain: ${path.why}`
  if (paths.some((pattern) => matchesPath(pattern, path.segments))) return null
  return `its path is not allowed, only ${paths.join(', ')}`
}
