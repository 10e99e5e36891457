import { expect, it } from 'vitest'
import { refusedScheduleIssue } from '../../../app/replies/schedule-issue.ts'

const schedule = { cron: '0 3 * * *', by: 'ada', task: 'Update the lockfile.' }

it('says which schedule was refused, in whose name, and why', () => {
  const refusal = { reason: 'permission-too-low', detail: 'has read, needs write' } as const

  const { title, body } = refusedScheduleIssue(schedule, refusal)

  expect(title).toBe('Airlock: the schedule 0 3 * * * of ada is refused')
  expect(body).toContain('`0 3 * * *` in the name of ada')
  expect(body).toContain('Update the lockfile.')
  expect(body).toContain('has read, needs write')
})

it('calls nobody and shows nothing that a task brings along', () => {
  const task = '@acme/all ![x](https://example.com/x.png) <img src=x> Closes #1'

  const { body } = refusedScheduleIssue({ ...schedule, task }, { reason: 'agent-unavailable', detail: task })

  expect(body).not.toMatch(/@acme|!\[x\]\(|<img/)
})
