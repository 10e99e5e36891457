import { describe, expect, it } from 'vitest'
import { findSecrets } from '../../../../worker/gates/secrets/detect/find-secrets.ts'

const label = ['PRIVATE', 'KEY'].join(' ')
const lines = [`-----BEGIN ${label}-----`, 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(2), `-----END ${label}-----`]

describe('private keys', () => {
  it.each([
    ['as it is', lines.join('\n')],
    ['in a literal', `key = "${lines.join('\\n')}"`],
    ['in a literal of a literal', `k = "\\"${lines.join('\\\\n')}\\""`],
    ['in a comment', lines.map((line) => ` *  ${line}`).join('\n')],
    ['in a log', lines.map((line, index) => `2026-04-26 12:36:0${index} ${line}`).join('\n')],
    ['in the log of a build', lines.map((line, index) => `#6 0.24${index} ${line}`).join('\n')],
  ])('finds one %s', (_how, text) => {
    expect(findSecrets(text)).toMatchObject([{ rule: 'private-key', certainty: 'certain' }])
  })

  it.each([
    ['its first line', lines[0] ?? ''],
    ['one with another text inside', lines.join('\n').replace('MIIE', '... ')],
  ])('is quiet about %s', (_what, text) => {
    expect(findSecrets(text)).toEqual([])
  })
})
