import { expect, it } from 'vitest'
import { coAuthorTrailers } from '../../worker/github/co-authors.ts'

const people = { actor: { id: 5, login: 'ada' }, joined: [{ jobId: 'job0000001', actor: { id: 8, login: 'bea' } }] }
const gitHub = 'https://api.github.com'
const of = (asked: Parameters<typeof coAuthorTrailers>[0], url = gitHub) => coAuthorTrailers(asked, url)

it('names everybody who asked, once, by the address that GitHub keeps for them', () => {
  const twice = { ...people, joined: [...people.joined, { jobId: 'job0000002', actor: people.actor }] }

  expect(of(twice)).toBe(
    'Co-authored-by: ada <5+ada@users.noreply.github.com>\nCo-authored-by: bea <8+bea@users.noreply.github.com>\n',
  )
})

it('names them by the address of their own server', () => {
  expect(of(people, 'https://ghe.example.com/api/v3')).toContain('<5+ada@users.noreply.ghe.example.com>')
})

it.each(['ada\nCo-authored-by: eve', 'ada>', 'a b', '', '<!-- x'])(
  'names nobody whose login could be more than a login: %j',
  (login) => {
    expect(of({ actor: { id: 5, login } })).toBe('')
  },
)
