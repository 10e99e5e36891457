import { rules } from '@secretlint/secretlint-rule-preset-recommend'
import { describe, expect, it } from 'vitest'
import { searchText } from '../../../worker/gates/secrets/detect/find-secrets.ts'
import { leftToOurs, secretlintWords } from '../../../worker/gates/secrets/detect/secretlint-words.ts'
import { askSecretlint } from '../../../worker/gates/secrets/second-opinion.ts'
import { madeUp } from '../gate-input.ts'

const npmToken = ['npm', madeUp(36)].join('_')
const ask = (text: string) => askSecretlint(text, searchText(text).suspects, 'a.ts')

describe('askSecretlint', () => {
  it('knows of every rule of secretlint by which words to ask it, or leaves it out on purpose', () => {
    const names = rules.map(({ meta }) => meta.id.slice(meta.id.lastIndexOf('rule-') + 'rule-'.length))

    expect(names.filter((name) => !leftToOurs.has(name) && !secretlintWords.has(name))).toEqual(['filter-comments'])
    expect([...secretlintWords.keys(), ...leftToOurs].filter((name) => !names.includes(name))).toEqual([])
  })

  it('finds a token wherever it stands in a long text, and where', async () => {
    const filler = 'x = compute(alpha, beta, gamma)\n'.repeat(3000)
    const text = `${filler}${npmToken}\n${filler}${filler}AWS_SECRET_ACCESS_KEY = "${madeUp(40)}"\n`

    const found = await ask(text)

    expect(found.map(({ rule, start }) => [rule, start])).toEqual([
      ['provider-npm', filler.length],
      ['provider-aws', text.indexOf('AWS_SECRET')],
    ])
  })

  it('is not asked where no word of its rules stands', () => {
    expect(searchText('const message = "msg.send", secret_accessor_key\n').suspects).toEqual([])
    expect(searchText(npmToken).suspects).toEqual([0])
  })
})
