import { describe, expect, it } from 'vitest'
import { candidatesOf, evaluateLife, findFreedNames, type InstallationNow } from '../../../app/intake/evaluate-life.ts'
import type { LifeEvent, LifeEventName } from '../../../worker/contract/index.ts'

const api = { id: 1, owner: 'acme', name: 'api' }
const web = { id: 2, owner: 'acme', name: 'web' }
const active = (...repositories: object[]): InstallationNow => ({
  kind: 'active',
  repositories: repositories.map((one) => ({ ...api, archived: false, ...one })),
})

function event(name: LifeEventName, repositories: LifeEvent['repositories'] = []): LifeEvent {
  const receivedAt = '2026-11-29T12:00:00.000Z'
  return { version: 1, deliveryId: 'one', name, installationId: 9, repositories, by: 'root', receivedAt }
}

describe('what an event means', () => {
  it.each<[string, LifeEventName, InstallationNow, object[]]>([
    [
      'an installation is gone',
      'installation.deleted',
      { kind: 'gone' },
      [
        { repository: api, effect: 'remove', why: 'installation-deleted' },
        { repository: web, effect: 'remove', why: 'installation-deleted' },
      ],
    ],
    [
      'it is suspended: it may come back, and what is kept of it stays',
      'installation.suspend',
      { kind: 'suspended' },
      [
        { repository: api, effect: 'stop', why: 'installation-suspended' },
        { repository: web, effect: 'stop', why: 'installation-suspended' },
      ],
    ],
    [
      'one repository is out of reach',
      'installation_repositories.removed',
      active(web),
      [{ repository: api, effect: 'remove', why: 'out-of-reach' }],
    ],
    [
      'one is archived',
      'repository.archived',
      active({ ...api, archived: true }, web),
      [{ repository: api, effect: 'stop', why: 'archived' }],
    ],
    ['one is renamed', 'repository.renamed', active({ ...api, name: 'other' }, web), []],
    ['nothing, where GitHub says that all is as it was', 'installation.deleted', active(api, web), []],
  ])('%s', (_what, name, now, effects) => {
    expect(evaluateLife(event(name), [api, web], now)).toEqual(effects)
  })

  it('concerns what is known and what is named, under the newest name, and nothing of another installation', () => {
    const renamed = { ...api, name: 'renamed' }

    expect(candidatesOf(event('repository.renamed', [renamed]), 9, [api, web])).toEqual([renamed, web])
    expect(candidatesOf(event('repository.transferred', [renamed]), 8, [web])).toEqual([web])
    expect(candidatesOf(event('repository.created', [api]), 9, [web])).toEqual([web])
  })
})

describe('a name that others can take', () => {
  const named = (id: number, owner: string, name: string) => ({ id, owner, name, archived: false })
  const now = (...repositories: ReturnType<typeof named>[]) => ({ kind: 'active', repositories }) as const
  const known = [named(1, 'Acme', 'web'), named(2, 'acme', 'api')]

  it('is that of a repository that was renamed, and of nobody who is still called so', () => {
    const found = findFreedNames(known, known, now(named(1, 'acme', 'site'), named(2, 'acme', 'API')))

    expect(found).toEqual([{ name: 'acme/web', repositoryIds: [1] }])
  })

  it('is that of an organisation that was renamed, with all that is in it', () => {
    const found = findFreedNames(known, known, now(named(1, 'newco', 'web'), named(2, 'newco', 'api')))

    expect(found).toEqual([
      { name: 'acme/web', repositoryIds: [1] },
      { name: 'acme/api', repositoryIds: [2] },
      { name: 'acme', repositoryIds: [1, 2] },
    ])
  })

  it('is none where GitHub tells of nothing that is reached', () => {
    expect(findFreedNames(known, known, { kind: 'suspended' })).toEqual([])
    expect(findFreedNames(known, known, now())).toEqual([])
  })
})
