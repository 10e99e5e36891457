import { describe, expect, it } from 'vitest'
import { delayedExecutionGate } from '../../../worker/gates/delayed-execution/delayed-execution-gate.ts'
import { added, changed, findingsOf } from '../gate-input.ts'

const path = '.github/workflows/ci.yml'
const head = 'permissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n'
const sha = 'f'.repeat(40)

async function rulesOf(before: string | null, after: string): Promise<string[]> {
  const findings = await findingsOf(delayedExecutionGate, [changed(path, before, after)])
  return [...new Set(findings.map(({ rule }) => rule))].sort()
}

describe('workflows: what a change gives them', () => {
  it.each([
    ['an action by its SHA', `on: push\n${head}    steps:\n      - uses: acme/x@${sha}\n`],
    ['an action of the repository', `on: push\n${head}    steps:\n      - uses: ./tools/x\n`],
    ['its own token', `on: push\n${head}    steps:\n      - run: x \${{ secrets.GITHUB_TOKEN }}\n`],
    [
      'a variable that the shell reads',
      `on: push\n${head}    env: { T: "\${{ github.head_ref }}" }\n    steps:\n      - run: echo "$T"\n`,
    ],
    [
      'a secret in a header',
      `on: push\n${head}    steps:\n      - run: "curl -H 'X: \${{ secrets.GITHUB_TOKEN }}' https://a.example"\n`,
    ],
    [
      'a header after the body',
      `on: push\n${head}    steps:\n      - run: "curl -d '{}' -H 'X: \${{ secrets.GITHUB_TOKEN }}' \${{ secrets.GITHUB_TOKEN }}"\n`,
    ],
    [
      'what is only compared with a stranger’s text',
      `on: push\n${head}    steps:\n      - run: x \${{ github.head_ref == 'main' && '--all' || '' }}\n`,
    ],
    [
      'an input that cannot be any text',
      `on: { workflow_dispatch: { inputs: { n: { type: number } } } }\n${head}    steps:\n      - run: x \${{ inputs.n }}\n`,
    ],
    [
      'a condition in one pair of braces',
      `on: push\n${head}    steps:\n      - if: \${{ github.ref == '}}' }}\n        run: x\n`,
    ],
    ['reading alone', `on: push\n${head.replace('{}', '{ contents: read }')}    steps:\n      - run: x\n`],
  ])('says no more than that it is a workflow about %s', async (_what, text) => {
    expect(await rulesOf(null, text)).toEqual(['workflow'])
  })

  it('says what is new beside what was there, and by name', async () => {
    const before = `on: push\n${head}    steps:\n      - uses: acme/x@${sha}\n`
    const after = before.replace('on: push', 'on: [push, issue_comment]').replace(sha, 'v2').replace('{}', 'write-all')

    const findings = await findingsOf(delayedExecutionGate, [changed(path, before, after)])

    expect(findings.map(({ message }) => message.split('. ')[0]?.replace(/\.$/, ''))).toEqual([
      'This file is changed',
      '`on issue_comment` is new',
      '`on issue_comment` is new',
      '`jobs.a permissions write-all` is new',
      '`uses acme/x` is new',
    ])
  })

  it('does not say again what a script has pasted or fetched before, where another line of it changes', async () => {
    const script = (more: string) =>
      `on: pull_request_target\n${head}    steps:\n      - run: |\n          gh pr checkout 1\n          x \${{ github.head_ref }}\n          ${more}\n`

    expect(await rulesOf(null, script('a'))).toEqual([
      'workflow',
      'workflow-strangers-code',
      'workflow-strangers-trigger',
      'workflow-untrusted-text',
    ])
    expect(await rulesOf(script('a'), script('b'))).toEqual(['workflow'])
  })

  it('holds a file that calls itself packed, whatever its bytes look like, and not one that is text', async () => {
    const findings = await findingsOf(delayedExecutionGate, [added('tests/bad.xz', 'text\n'), added('a.txt', 'text\n')])

    expect(findings.map(({ rule, path: where }) => [rule, where])).toEqual([['binary', 'tests/bad.xz']])
  })
})
