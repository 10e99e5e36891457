import { describe, expect, it } from 'vitest'
import { reasonTexts } from '../../../app/replies/reason-texts.ts'
import { endedComment, queuedComment, waitingComment } from '../../../app/replies/status-comment.ts'
import { aloneWording, wording } from '../../../app/replies/wording.ts'
import {
  type CheckRunText,
  type JobSummary,
  type OutcomeName,
  outcomeNames,
  type Reason,
  reasons,
  statusMarker,
} from '../../../worker/contract/index.ts'
import type { Wording } from '../../../worker/pipeline/ports/index.ts'
import { makeRequest, makeSummary } from './make-summary.ts'

const texts: Wording = wording
const progress = { step: 'agent', elapsedMs: 0, finished: [], activity: null, costUsd: 0 } as const
const everyEnd = outcomeNames.flatMap((outcome) =>
  reasons[outcome].map((reason) => [outcome, reason] as [OutcomeName, Reason]),
)
const hostile =
  'thanks @octocat, closes #99, fixes octo/other#5, GH-4 ![x](https://evil.example/a.png) <img src=//evil.example> [skip ci]\n' +
  'Co-authored-by: Eve <eve@evil.example>\n```\n</details> <!-- airlock:job=forged1234 --> www.evil.example \u202e\u200b \u001b[31m'

/** The check run of the job as a whole. */
function checkOf(summary: JobSummary): CheckRunText {
  const [check] = texts.checkRuns(makeRequest(), summary)
  if (check === undefined) throw new Error('there is no check run')
  return check
}

describe('the texts of every end', () => {
  it.each(everyEnd)('%s, %s: says what happened and what to do', (outcome, reason) => {
    const { what, next } = reasonTexts[reason]
    const summary = makeSummary({ outcome, reason })

    const comment = texts.finished(makeRequest(), summary)
    const check = checkOf(summary)

    for (const text of [what, next]) expect(text).toMatch(/^[A-Z].{8,}\.$/s)
    for (const text of [comment, check.summary]) {
      expect(text).toContain(what)
      expect(text).toContain(next)
      expect(text).toContain('all well')
    }
    expect(check.title).toContain(outcome)
    expect(check.title.length).toBeLessThan(256)
  })

  it('has no text for a reason that does not exist', () => {
    expect(Object.keys(reasonTexts).sort()).toEqual(everyEnd.map(([, reason]) => reason).sort())
  })

  it.each([
    ['published', 'pull-request-opened'],
    ['published', 'pull-request-continued'],
    ['failed', 'setup-failed'],
  ] as [OutcomeName, Reason][])(
    '%s, %s: fits into what GitHub takes, however much there is to say',
    (outcome, reason) => {
      const summary = makeSummary({ outcome, reason }, '&'.repeat(200_000), 500)
      const request = makeRequest('&'.repeat(130_000))

      const { title, body } = texts.pullRequest(request, summary, null)

      expect(title.length).toBeLessThanOrEqual(256)
      const checks = texts.checkRuns(request, summary).map((check) => check.summary)
      for (const text of [body, texts.finished(request, summary), ...checks]) {
        expect(text.length).toBeLessThan(65_536)
      }
    },
  )
})

it("names who approved in every text of an approval's job", () => {
  const approval = {
    ...{ jobId: 'job0000001', digest: 'c'.repeat(64), by: { id: 42, login: 'bea' }, permission: 'write' as const },
    ...{ at: '2026-11-29T08:00:00.000Z', eventKey: 'e' },
  }
  const request = makeRequest('all well', { approval })
  const summary = makeSummary({ outcome: 'published', reason: 'pull-request-opened' })

  for (const text of [
    texts.pullRequest(request, summary, null).body,
    texts.finished(request, summary),
    texts.checkRuns(request, summary)[0]?.summary,
  ]) {
    expect(text).toContain('bea (id 42, write) approved it on 2026-11-29')
  }
})

describe('the comment of a held change', () => {
  const outcome = { outcome: 'held', reason: 'gate-hold' } as const
  const digest = 'c'.repeat(64)
  const held = { digest, patch: '+fixed', until: '2026-12-13T00:00:00.000Z' }
  const finished = (note: Partial<typeof held> | { patch: null } | { until: null }) =>
    texts.finished(makeRequest(), { ...makeSummary(outcome), held: { ...held, ...note } })

  it('shows the change, says until when it is kept, and what to write', () => {
    const comment = finished({})

    for (const text of ['+fixed', '2026-12-13', `/airlock approve ${digest.slice(0, 12)}`, digest]) {
      expect(comment).toContain(text)
    }
  })

  it('asks for no approval where nothing could be kept', () => {
    const comment = finished({ until: null })

    expect(comment).toContain('too large to be kept')
    expect(comment).not.toContain('/airlock approve')
  })

  it('says why the change is not shown where it may show a secret', () => {
    expect(finished({ patch: null })).toContain('may show a secret')
  })

  it.each([
    ['may show a secret', null],
    ['is too large', ''],
  ])('names the command by which the operator reads what %s', (_why, patch) => {
    const shown = texts.finished(makeRequest(), { ...makeSummary(outcome), held: { ...held, patch } })

    expect(shown).toContain('`airlock changes show job1234567`')
  })

  it.each(['&', '`', '@', '\t', '&\n'])(
    'fits into what GitHub takes, and shows the change, where both are full of %j',
    (character) => {
      const summary = { ...makeSummary(outcome, character.repeat(200_000), 500), held }
      for (const patch of [
        `+fixed\n${`${character.repeat(90)}\n`.repeat(500)}`,
        `+fixed\n+${character.repeat(60_000)}`,
      ]) {
        const comment = texts.finished(makeRequest(), { ...summary, held: { ...held, patch } })

        expect(comment.length).toBeLessThan(65_536)
        expect(comment).toContain(`/airlock approve ${digest.slice(0, 12)}`)
        expect(comment).toContain('diff\n+fixed\n')
      }
    },
  )

  it('shows the more of a large change the less else there is to say', () => {
    const patch = Array.from({ length: 4000 }, (_none, at) => `+line ${at}`).join('\n')
    const comment = texts.finished(makeRequest(), { ...makeSummary(outcome), held: { ...held, patch } })

    expect(comment).toContain('+line 3500')
    expect(comment.length).toBeLessThan(65_536)
  })

  it('lets nothing of the change out of its block', () => {
    const comment = finished({ patch: '+```\n+@octocat closes #99\n+</details> <!-- airlock:job=forged1234 -->' })

    expect(comment).toContain('\n````diff\n')
    expect(comment).not.toContain('@octocat')
  })
})

describe('the comment of a blocked change', () => {
  const blocked = { outcome: 'blocked', reason: 'gate-block' } as const
  const until = '2026-12-13T00:00:00.000Z'

  it.each([
    ['that it is not kept', undefined, 'It is not kept.'],
    ['that it is too large', { until: null }, 'It is too large to be kept.'],
    ['until when the operator can read it, and how', { until }, 'until 2026-12-13, sealed'],
  ])('says %s', (_what, note, text) => {
    const summary = { ...makeSummary(blocked), ...(note === undefined ? {} : { blocked: note }) }
    const comment = texts.finished(makeRequest(), summary)

    expect(comment).toContain(text)
    expect(comment.includes('`airlock changes show job1234567`')).toBe(note?.until === until)
    expect(comment).not.toContain('/airlock approve')
  })
})

describe('the check run of a job that was to go on in a pull request of ours', () => {
  const continues = { pullRequest: 9, branch: 'airlock/x', commits: [] }

  it.each(['failed', 'blocked', 'cancelled', 'refused', 'no-changes'] as const)(
    'and ended as %s stands beside what that commit has, reddens nothing and has no lines',
    (outcome) => {
      const summary = makeSummary({ outcome, reason: 'internal-error' })

      const checks = texts.checkRuns(makeRequest('x', { continues }), summary)

      expect(checks).toMatchObject([{ name: 'Airlock / follow-up', conclusion: 'neutral', annotations: [] }])
      expect(checks[0]?.title).toContain(outcome)
    },
  )

  it('control: and did is on its own commit, with what the gates found', () => {
    const summary = makeSummary({ outcome: 'published', reason: 'pull-request-continued' })

    const checks = texts.checkRuns(makeRequest('x', { continues }), summary)

    expect(checks.map(({ name }) => name)).toEqual(['Airlock', 'Airlock / secrets'])
  })
})

describe('the pull request', () => {
  const published = { outcome: 'published', reason: 'pull-request-opened' } as const

  it('tells a reviewer what was asked, what was done and on what grounds it was let out', () => {
    const request = makeRequest()

    const { title, body } = texts.pullRequest(request, makeSummary(published), null)

    expect(title).toBe('Sum is off by one')
    expect(body).toMatch(/^Closes #7\.$/m)
    for (const fact of [request.task.digest, request.policyDigest, request.base.sha, request.id, 'asked by ada']) {
      expect(body).toContain(fact)
    }
    for (const heading of [
      'What was asked',
      'What the agent says',
      'How it was tested',
      'Changed files',
      'Gates',
      'Sandbox',
      'Times and usage',
    ]) {
      expect(body).toContain(`### ${heading}`)
    }
    expect(body).toContain('| secrets | blocked | 1 |')
    expect(body).toContain('all well:443 during setup, by all well')
    expect(body).toContain('| 120 ms | 4.2 s | 3 m 05 s | 3 m 09 s |')
    expect(body).toContain('0.01 USD')
    expect(body).not.toContain('/somewhere/on/the/host')
  })

  it.each([
    ['Mended it.\n\nTested: npm test, @acme passed', 'nobody checked:\n\n> Tested: npm test, @ acme passed'],
    ['Mended it.\n\n## Tested\n\nnothing', 'nobody checked:\n\n> \\#\\# Tested\n>\n> nothing'],
    ['Mended it. All that is tested is the sum.', 'does not say whether it ran tests'],
    ['', 'does not say whether it ran tests'],
  ])(
    "always says how it was tested, by the agent's word, harmlessly, or that it does not say: %j",
    (agentSummary, text) => {
      const { body } = texts.pullRequest(makeRequest(), { ...makeSummary(published), agentSummary }, null)

      expect(body.split('### How it was tested')[1]?.split('###')[0]).toContain(text)
      expect(body.split('Tested: npm test')).toHaveLength(agentSummary.includes('npm test') ? 2 : 1)
    },
  )

  it('says what ran, what was asked for, and on whose word it was less', () => {
    const base = makeRequest()
    const request = {
      ...base,
      policy: { ...base.policy, isolation: 'gvisor', profile: 'strict', image: 'base' } as const,
    }
    const summary = makeSummary(published, 'gVisor comes in spring')
    const { acceptedWeaker: _, ...asAsked } = summary.report

    const { body } = texts.pullRequest(request, summary, null)
    const other = texts.pullRequest(request, { ...summary, report: asAsked }, null).body

    expect(body).toContain('### Weaker isolation than asked for')
    expect(body).toContain('at least **gvisor**; this ran in **process**')
    expect(body).toContain(`entry sha256 ${'c'.repeat(64)}`)
    expect(body).toContain('> gVisor comes in spring')
    expect(body).toContain('| isolation | process, by bubblewrap; at least gvisor was asked for |')
    expect(body).toContain('| profile | strict |')
    expect(other).not.toContain('Weaker isolation')
    expect(texts.finished(request, summary)).toContain('this ran in **process**')
    expect(texts.finished(request, summary)).toContain('Sandbox: process, by bubblewrap, posture sha256 dddddddddddd')
  })

  it('closes nothing when it was asked on a pull request', () => {
    const subject = { kind: 'pull-request', number: 9, title: 'x' } as const

    const { body } = texts.pullRequest(makeRequest('x', { subject }), makeSummary(published), null)

    expect(body).toContain('Asked on #9.')
    expect(body).not.toMatch(/closes/i)
  })

  it('is titled by the first line of the task when it was a command', () => {
    const request = makeRequest('Sum is off by one')
    const trigger = { ...request.trigger, kind: 'command' } as const
    const task = { ...request.task, text: 'round **up**\n\nThis was asked on Issue #7: x' }

    expect(texts.pullRequest({ ...request, trigger, task }, makeSummary(published), null).title).toBe('round **up**')
  })

  it('has a title also when nothing of the asked one is left', () => {
    const request = makeRequest('\u200b')

    expect(texts.pullRequest(request, makeSummary(published), null).title).toBe('Work on issue 7')
  })

  it('acts on nothing but the issue that asked, whatever model and strangers wrote', () => {
    const request = makeRequest(hostile, { actor: { id: 1, login: 'evil[bot]' } })
    const summary = makeSummary(published, hostile, 3)

    const { title, body } = texts.pullRequest(request, summary, null)
    const everything = [
      title,
      body,
      texts.commitMessage(request),
      texts.running(request, { ...progress, activity: hostile }),
      texts.finished(request, summary),
      ...texts
        .checkRuns(request, summary)
        .flatMap((check) => [
          ...[check.title, check.summary],
          ...check.annotations.flatMap(({ title, message }) => [title, message]),
        ]),
      ...summary.gates.flatMap(({ findings }) => findings.map(texts.findingText)),
      queuedComment(request, { position: 3, startsInMs: null }, true),
      waitingComment(request, { quota: hostile, until: null }),
      endedComment(request.id, { outcome: 'refused', reason: 'policy-invalid', detail: hostile }),
    ]

    for (const text of everything) {
      expect(text.match(/#\d+/g) ?? []).toEqual(text === body ? ['#7'] : [])
      expect(text).not.toMatch(/@[a-z0-9]|gh-\d|:\/\/|www\.\S|!\[|\[skip ci\]|<img|authored-by:/i)
      expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
      expect(text.match(/<!--.*?-->/gs) ?? []).toEqual(text.startsWith('<!--') ? [statusMarker(request.id)] : [])
    }
  })
})

describe('the status comment', () => {
  it('begins with the mark of its job in every state', () => {
    const request = makeRequest()
    const states = [
      queuedComment(request, null, true),
      waitingComment(request, { quota: 'the jobs at a time of acme, 2', until: null }),
      texts.running(request, progress),
      texts.finished(request, makeSummary({ outcome: 'failed', reason: 'agent-failed' })),
      endedComment(request.id, { outcome: 'refused', reason: 'fork-head' }),
    ]

    for (const state of states) expect(state.split('\n')[0]).toBe(`<!-- airlock:job=${request.id} -->`)
  })

  it('says the place in the queue where there is one, when that comes up, and how to call it off', () => {
    const at = (position: number, startsInMs: number | null) =>
      queuedComment(makeRequest(), { position, startsInMs }, true)

    expect(at(4, null)).toContain('number 4 in the queue. `/airlock cancel` ends it')
    expect(at(4, 780_000)).toContain('number 4 in the queue, and should begin in about 13 minutes.')
    expect(at(2, 20_000)).toContain('number 2 in the queue, and should begin within two minutes.')
    for (const text of [at(1, 20_000), queuedComment(makeRequest(), null, true)]) {
      expect(text).toContain('**Queued.** `/airlock cancel` ends it.')
    }
    // Where nobody hears the command, nobody is told of it.
    expect(queuedComment(makeRequest(), null, false)).not.toContain('cancel')
  })

  it('says for which quota a job waits, until when, and how to call it off', () => {
    const quota = "the day's tokens of ada in acme, 5000"

    const text = waitingComment(makeRequest(), { quota, until: '2026-11-30T00:00:00.000Z' })

    expect(text).toContain(`**Waiting** for room in ${quota}, until 2026-11-30 00:00 UTC.`)
    expect(text).toContain('`/airlock cancel` ends it')
  })

  it('says the step, the time, the cost of its budget, what is done, what the agent is at and how to call it off', () => {
    const finished = [{ step: 'clone', durationMs: 1500 }] as const

    const at = { step: 'agent', elapsedMs: 185_000, finished, activity: 'runs the *tests*', costUsd: 0.127 } as const
    const text = texts.running(makeRequest(), at)

    expect(text).toContain('**Running:** agent, after 3 m 05 s. Model: 0.13 of 5.00 USD. `/airlock cancel` ends it.')
    expect(aloneWording.running(makeRequest(), at)).not.toContain('cancel')
    expect(text).toContain('Done: clone 1.5 s')
    expect(text).toContain('The agent: runs the \\*tests\\*')
  })

  it('links the pull request at the end, and nothing that only claims to be one', () => {
    const done = makeSummary({ outcome: 'published', reason: 'pull-request-opened' })
    const url = 'https://github.com/octo/repo/pull/8'

    expect(texts.finished(makeRequest(), { ...done, pullRequestUrl: url })).toContain(`\n${url}\n`)
    expect(texts.finished(makeRequest(), { ...done, pullRequestUrl: `${url} @octocat` })).not.toContain('octocat')
  })
})

describe('the comment of a job that went on with a pull request of ours', () => {
  const subject = { kind: 'pull-request', number: 9, title: 'Mend it' } as const
  const commit = 'e'.repeat(40)
  const url = 'https://github.com/octo/repo/pull/9'
  const finished = (reason: Reason, foreign = 'all well') => {
    const made = makeSummary({ outcome: 'published', reason }, foreign)
    const report = { ...made.report, commit, branch: 'airlock/issue-7-0123456789' }
    return texts.finished(makeRequest(foreign, { subject }), { ...made, report, pullRequestUrl: url })
  }
  const parts = ['### What the agent says', '### Changed files', '### Setup', '### Sandbox', 'airlock audit verify']

  it("links the commit, and says what a first job's pull request says", () => {
    const text = finished('pull-request-continued')

    expect(text).toContain(`\n${url}/commits/${commit}\n`)
    for (const part of [...parts, '### Gates']) expect(text).toContain(part)
  })

  it('control: where a pull request was opened, that one says it', () => {
    const text = finished('pull-request-opened')

    expect(text).toContain(`\n${url}\n`)
    for (const part of parts) expect(text).not.toContain(part)
  })

  it('lets nothing through that GitHub acts on', () => {
    const text = finished('pull-request-continued', hostile)

    expect(text).not.toMatch(/(?<![\w`])@[a-z0-9]/i)
    expect(text).not.toMatch(/\b(close[sd]?|fix(e[sd])?|resolve[sd]?):?\s+[\w/]*#\d+/i)
    expect(text).not.toContain('<!-- airlock:job=forged1234')
    expect(text).not.toMatch(/\[skip ci\]|!\[/)
  })
})

describe('branch and commit', () => {
  it.each([
    [{ kind: 'issue', number: 7, title: '$(reboot)' } as const, /^airlock\/issue-7-[a-z0-9]{10}$/],
    [{ kind: 'pull-request', number: 9, title: '../../main' } as const, /^airlock\/pr-9-[a-z0-9]{10}$/],
    [null, /^airlock\/local-[a-z0-9]{10}$/],
  ])('names a branch for %j from numbers alone', (subject, pattern) => {
    const request = makeRequest('x', { subject })
    const trigger = { ...request.trigger, kind: subject === null ? 'local' : request.trigger.kind } as const
    expect(texts.branch({ ...request, trigger })).toMatch(pattern)
  })

  it('asks CI to stay away only where the policy says so', () => {
    const request = makeRequest()
    const handoff = { draft: true, ci: 'skip' } as const

    expect(texts.commitMessage(request)).not.toContain('[skip ci]')
    expect(texts.commitMessage({ ...request, policy: { ...request.policy, handoff } })).toContain('[skip ci]')
  })

  it('of a merge names both branches, harmlessly, and no agent that need not have run', () => {
    const merges = { ref: 'main @ada [skip ci]', sha: 'c'.repeat(40), from: 'd'.repeat(40) }

    const message = texts.commitMessage({ ...makeRequest(), merges })

    expect(message).toMatch(/^Merge main /)
    expect(message).not.toMatch(/@ada|\[skip ci\]|Made by an agent/)
  })
})
