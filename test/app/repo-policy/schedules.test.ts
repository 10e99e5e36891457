import { describe, expect, it } from 'vitest'
import { cronProblem, firstAfter, lastUpTo, paceOf } from '../../../app/repo-policy/cron.ts'
import { type ParsedPolicy, parsePolicy } from '../../../app/repo-policy/parse-policy.ts'
import { policyDigest } from '../../../app/repo-policy/policy-digest.ts'
import { resolvePolicy } from '../../../app/repo-policy/resolve-policy.ts'

function parsed(text: string, name = '.github/airlock.yml'): ParsedPolicy {
  const result = parsePolicy(text, name)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.policy
}

const entry = (cron: string, more = '') => `schedules:\n  - cron: "${cron}"\n    task: Update it.\n    by: ada\n${more}`

function problems(repository: string, organisation: string | null = null) {
  const above = organisation === null ? null : parsed(organisation, 'organisation')
  const result = resolvePolicy({ operator: null, organisation: above, repository: parsed(repository) })
  return result.ok ? [] : result.problems.map(({ file, line, message }) => `${file}:${line} ${message}`)
}

describe('schedules of a policy', () => {
  it('are part of the effective policy, and of no digest that a running job is compared with', () => {
    const result = resolvePolicy({ operator: null, organisation: null, repository: parsed(entry('0 3 * * 1')) })
    const without = resolvePolicy({ operator: null, organisation: null, repository: null })

    if (!result.ok || !without.ok) throw new Error('refused')
    expect(result.policy.schedules).toEqual([{ cron: '0 3 * * 1', task: 'Update it.', by: 'ada' }])
    expect(policyDigest(result.policy)).toBe(policyDigest(without.policy))
  })

  it.each(['0 3 * * 1', '15 */2 1-7 JAN-MAR mon', '0 0 29 2 *'])('may be %s', (cron) => {
    expect(problems(entry(cron))).toEqual([])
  })

  it.each([
    ['* * * * *', 'name one minute'],
    ['0,30 3 * * *', 'name one minute'],
    ['60 3 * * *', '0-59'],
    ['0 0 30 2 *', 'day of month'],
  ])('are refused with the line as %s', (cron, why) => {
    expect(problems(entry(cron))).toEqual([expect.stringMatching(new RegExp(`^\\.github/airlock\\.yml:2 .*${why}`))])
  })

  it.each(['@daily', '* * * * * *', 'H 3 * * *', '0 3 L * *', '0 3 * * 1#2', '0 3 * *', '0 3 ? * *'])(
    'are no %s',
    (cron) => {
      expect(parsePolicy(entry(cron), 'airlock.yml').ok).toBe(false)
    },
  )

  it.each([
    ['a bot', 'by: "helper[bot]"'],
    ['no words', 'by: ada\n    task: "  "'],
    ['another key', 'by: ada\n    when: now'],
  ])('are refused with %s', (_, more) => {
    const text = `schedules:\n  - cron: "0 3 * * 1"\n    ${more.includes('task') ? '' : 'task: x\n    '}${more}\n`

    expect(parsePolicy(text, 'airlock.yml').ok).toBe(false)
  })

  it('are refused in a time zone that there is not', () => {
    expect(problems(entry('0 3 * * 1', '    timezone: Europe/Berlin\n'))).toEqual([])
    expect(problems(entry('0 3 * * 1', '    timezone: Mars/Olympus\n'))).toEqual([
      expect.stringContaining('no time zone'),
    ])
  })

  it("are refused in an organisation's file, where they would start jobs in every repository", () => {
    expect(problems('{}', entry('0 3 * * 1'))).toEqual([expect.stringMatching(/^organisation:1 .*own/)])
  })

  it.each([
    ['daily', '0 */6 * * *', '0 3 * * *'],
    ['weekly', '0 3 * * 1,2', '0 3 * * 1'],
    ['weekly', '0 3 1 * 1', '0 3 1 * *'],
  ])('keep the bound %s of the organisation: not %s, but %s', (bound, refused, allowed) => {
    const organisation = `triggers: { schedules: ${bound} }`

    expect(problems(entry(refused), organisation)).toEqual([expect.stringContaining(`which is ${bound}`)])
    expect(problems(entry(allowed), organisation)).toEqual([])
  })

  it('are not there at all where an organisation says never; a repository does not loosen that', () => {
    const loosened = `${entry('0 3 * * 1')}triggers: { schedules: hourly }\n`

    expect(problems(loosened, 'triggers: { schedules: never }')).toEqual([expect.stringContaining('not allowed')])
  })

  it('are at most ten', () => {
    const many = Array.from({ length: 11 }, (_, hour) => entry(`0 ${hour} * * *`).replace('schedules:\n', '')).join('')

    expect(parsePolicy(`schedules:\n${many}`, 'airlock.yml').ok).toBe(false)
  })
})

describe('times of a schedule', () => {
  const berlin = { cron: '30 2 * * *', timezone: 'Europe/Berlin' }
  const at = (time: string) => Date.parse(time)
  const iso = (ms: number) => new Date(ms).toISOString()

  it('are those of its time zone', () => {
    expect(iso(firstAfter(berlin, at('2027-01-10T12:00:00Z')))).toBe('2027-01-11T01:30:00.000Z')
    expect(iso(firstAfter(berlin, at('2027-07-10T12:00:00Z')))).toBe('2027-07-11T00:30:00.000Z')
  })

  it('are up to now, and after it', () => {
    const now = at('2027-01-11T01:30:00Z')

    expect(iso(lastUpTo(berlin, now))).toBe('2027-01-11T01:30:00.000Z')
    expect(iso(lastUpTo(berlin, now - 1))).toBe('2027-01-10T01:30:00.000Z')
    expect(iso(firstAfter(berlin, now))).toBe('2027-01-12T01:30:00.000Z')
  })

  it('are never two within the hour when the clock goes back', () => {
    let before = at('2027-10-30T12:00:00Z')
    for (let count = 0; count < 10; count += 1) {
      const next = firstAfter({ cron: '30 * * * *', timezone: 'Europe/Berlin' }, before)
      expect(next - before).toBeGreaterThanOrEqual(30 * 60_000)
      before = next
    }
  })

  it('are told apart by how often they are', () => {
    expect(['0 * * * *', '0 3 * * *', '0 3 * * 0'].map((cron) => paceOf({ cron }))).toEqual([
      'hourly',
      'daily',
      'weekly',
    ])
    expect(cronProblem({ cron: '0 3 * * 1' })).toBeNull()
  })
})
