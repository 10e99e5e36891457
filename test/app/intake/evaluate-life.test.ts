import { describe, expect, it } from 'vitest'
import { candidatesOf, evaluateLife, type InstallationNow } from '../../../app/intake/evaluate-life.ts'
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
