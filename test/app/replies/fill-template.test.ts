import { describe, expect, it } from 'vitest'
import { fillTemplate } from '../../../app/replies/fill-template.ts'
import { makeRequest, makeSummary } from './make-summary.ts'

const published = { outcome: 'published', reason: 'pull-request-opened' } as const
const fill = (template: string) => fillTemplate(template, makeRequest('Fix it.'), makeSummary(published))

describe("a repository's template", () => {
  it('gets what is known under its headings, each once, and keeps the rest open', () => {
    const filled = fill(
      '# Summary\r\n\r\n# What changed\r\n\r\n## Tests\r\n- [x] all pass\r\n* [ ] docs\r\n\r\n## Screenshots',
    )

    expect(filled).toMatch(/^# Summary\n\n(> |The agent)/)
    expect(filled).toContain('# What changed\n\n## Tests\n\nThe agent does not say whether it ran tests')
    expect(filled).toContain('- [ ] all pass\n- [ ] docs\n\n## Screenshots')
  })

  it("has the agent's word on its tests under their heading, and the rest of its words elsewhere", () => {
    const agentSummary = 'Mended the sum.\n\n**Tested:** npm test, all pass. Thanks @acme'
    const summary = { ...makeSummary(published), agentSummary }

    const filled = fillTemplate('# Summary\n\n# Tests', makeRequest('Fix it.'), summary)

    expect(filled).toMatch(
      /^# Summary\n\n> Mended the sum\.\n\n# Tests\n\nThe agent's own word, which nobody checked:\n\n> /,
    )
    expect(filled).toContain('Tested:\\*\\* npm test, all pass. Thanks @ acme')
  })

  it.each([
    ['a mention', 'Ask @acme/owners', '@acme'],
    ['a closing word', '## About\nCloses #99', '#99'],
    ['an image', '![x](https://evil.example/x)', '](https'],
    ['a link', '[click](https://evil.example)', '](https'],
    ['HTML', '<img src=x>', '<img'],
    ['a hidden comment', 'a <!-- secret order --> b', 'secret order'],
    ['a hidden comment without end', 'a <!-- secret order', 'secret order'],
    ['a command of a robot', '/merge now', '\n/merge'],
    ['a word to CI', '[skip ci]', '[skip ci]'],
    ['a mention in a heading', '# @acme/owners', '@acme'],
    ['a mention in a box', '- [ ] @acme/owners', '@acme'],
  ])('brings no %s', (_what, line, harmful) => {
    expect(`\n${fill(`## Other\n${line}`)}`).not.toContain(harmful)
  })

  it('is bounded', () => {
    expect(fill(`${'x'.repeat(5000)}\n`.repeat(5000)).length).toBeLessThan(90_000)
  })
})
