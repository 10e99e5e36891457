import { z } from 'zod'
import { httpMethodSchema } from '../../worker/contract/index.ts'
import { problemOfEntry, problemOfHost } from './network-entry.ts'

/** Characters of a path as they go over the wire, and `*`. What a server may read in two ways is not among them. */
const pathPattern = /^\/(?:[A-Za-z0-9._~!$&'()+,=:@/*-]|%2f)*$/
/** RFC 9110's token. */
const headerPattern = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/
/** Decide where a message ends, whom it is for, or what a connection becomes. */
const headersOfOurs =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*)$/i
const visible = /^[\x20-\x7e]*$/

export const secretName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'expected a name such as NPM_TOKEN')
  .describe('Name of a secret that the operator holds; it stays outside of the sandbox.')

const text = checked(problemOfEntry)
const path = z.string().max(512).refine(isPathPattern, {
  error:
    'expected a path such as /acme/** with plain characters; ** stands alone between slashes, and there is no . or ..',
})

const credentialSchema = z
  .strictObject({
    secret: secretName,
    username: z
      .string()
      .min(1)
      .max(256)
      .regex(visible, 'expected plain ASCII')
      .refine((name) => !name.includes(':'), { error: 'a user name of HTTP Basic has no colon' })
      .optional()
      .describe('Makes it HTTP Basic: the secret is the password of this user.'),
    header: z
      .string()
      .regex(headerPattern, 'expected the name of a header')
      .refine((name) => !headersOfOurs.test(name), { error: 'this header is not for a credential' })
      .optional()
      .describe('The header that carries it. `Authorization`, where it is not set.'),
    format: z
      .string()
      .max(256)
      .regex(visible, 'expected plain ASCII')
      .refine((format) => format.split('{}').length === 2, { error: 'expected a text with {} once, for the secret' })
      .optional()
      .describe('What the header says, with `{}` for the secret. `Bearer {}`, or in a header of your own `{}`.'),
  })
  .refine(({ username, header, format }) => username === undefined || (header ?? format) === undefined, {
    error: 'username makes it HTTP Basic: header and format have no place beside it',
  })

export const networkRule = z
  .strictObject({
    host: checked(problemOfHost).describe('A domain, or `*.example.com` for any name below one.'),
    port: z.int().min(1).max(65_535).optional().describe('One port. 443, where it is not set.'),
    methods: z
      .array(httpMethodSchema)
      .min(1)
      .max(16)
      .optional()
      .describe('The methods that are let through; GET includes HEAD.'),
    paths: z
      .array(path)
      .min(1)
      .max(64)
      .optional()
      .describe('Patterns of paths that are let through: `*` is any part of one segment, `**` any number of segments.'),
    credential: credentialSchema
      .optional()
      .describe('A secret that the broker adds to each request, over TLS only, and in place of what the client sent.'),
  })
  .refine((rule) => rule.credential === undefined || !rule.host.startsWith('*'), {
    error: 'a credential goes to one host, not to every name below one',
    path: ['credential'],
  })
  .describe('A host, and what may be asked of it.')

const withoutCredential = networkRule.refine((rule) => rule.credential === undefined, {
  error: 'credentials are for setup.network: the agent has none',
  path: ['credential'],
})

const form = { error: 'expected a preset, a domain, or a rule such as { host: example.com, methods: [GET] }' }

/** An entry of setup.network. */
export const setupNetworkEntry = z.union([text, networkRule], form)
/** An entry of the agent's network. */
export const agentNetworkEntry = z.union([text, withoutCredential], form)

function checked(problemOf: (text: string) => string | null): z.ZodString {
  return z
    .string()
    .max(253)
    .check(({ value, issues }) => {
      const message = problemOf(value)
      if (message !== null) issues.push({ code: 'custom', input: value, message })
    })
}

/** A server may take `//`, `.` and `..` for something else than they look like. */
function isPathPattern(pattern: string): boolean {
  if (!pathPattern.test(pattern)) return false
  const segments = pattern.slice(1).split('/')
  return segments.every((segment, index) => {
    if (segment === '') return index === segments.length - 1
    return segment !== '.' && segment !== '..' && (segment === '**' || !segment.includes('**'))
  })
}
