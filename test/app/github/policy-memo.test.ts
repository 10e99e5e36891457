import { expect, it } from 'vitest'
import { createPolicyMemo } from '../../../app/github/policy-memo.ts'
import type { PolicyText } from '../../../app/repo-policy/evaluate-policy.ts'

function reader(policy: PolicyText) {
  const asked: string[] = []
  const read = async (commit: string) => {
    asked.push(commit)
    return policy
  }
  return { asked, read }
}

it('a policy is read once for each commit, of each repository for itself', async () => {
  const { asked, read } = reader({ kind: 'text', text: 'agent: claude' })
  const memo = createPolicyMemo()

  for (const [repository, commit] of [
    [1, 'a'],
    [1, 'a'],
    [1, 'b'],
    [2, 'a'],
  ] as const) {
    expect(await memo.remember(repository, read)(commit)).toEqual({ kind: 'text', text: 'agent: claude' })
  }

  expect(asked).toEqual(['a', 'b', 'a'])
})

it.each<PolicyText>([{ kind: 'none' }, { kind: 'unreadable', why: 'it is no file' }])(
  'never remembers that there is none to be read: $kind',
  async (policy) => {
    const { asked, read } = reader(policy)
    const memo = createPolicyMemo()

    for (const _look of [1, 2]) expect(await memo.remember(1, read)('a')).toEqual(policy)

    expect(asked).toEqual(['a', 'a'])
  },
)
