import type { TriggerEvent } from '../../worker/contract/index.ts'
import type { Repositories } from '../intake/ports.ts'
import type { GitHubApp, TokenPermissions } from './create-github-app.ts'
import { createIssueThread } from './issue-thread.ts'
import { locate } from './locate.ts'
import { orOutOfReach } from './or-out-of-reach.ts'
import { createOwnerReaders } from './owner-readers.ts'
import { createIssueDesk } from './policy-issues.ts'
import { createPolicyMemo } from './policy-memo.ts'
import { createRepositoryFacts } from './repository-facts.ts'

/** Tokens per event: one for its repository, to look and to answer, and one that only reads the owner's policy. */
export function createRepositories(app: GitHubApp): Repositories {
  const policies = createPolicyMemo()
  return {
    async open(event, { signal, fence }) {
      const { eventKey: owner, installationId } = event
      await app.revokeLeft(owner)
      const scope = { owner, repositoryId: event.repository.id }
      const client = await orOutOfReach(app.openClient(installationId, scope, permissionsFor(event), signal))
      if (client === null) return null
      await using opened = new AsyncDisposableStack()
      opened.use(client)
      const now = await locate(client, event)
      if (now === null) return null
      const botLogin = () => app.botLogin(signal)
      const owners = createOwnerReaders(
        app,
        { account: now.owner, installationId, token: scope, otherwise: client },
        signal,
      )
      const facts = createRepositoryFacts(client, now, owners)
      const repositoryPolicy = policies.remember(event.repository.id, facts.repositoryPolicy)
      const kept = opened.move()
      return {
        facts: { ...facts, repositoryPolicy },
        issues: createIssueDesk(app, { account: now.owner, installationId, token: scope }, now.name, { signal, fence }),
        thread: createIssueThread(client, now, event, { fence, botLogin }),
        botLogin,
        [Symbol.asyncDispose]: () => kept.disposeAsync(),
      }
    },
  }
}

function permissionsFor({ subject }: TriggerEvent): TokenPermissions {
  const answer: TokenPermissions =
    subject.kind === 'issue' ? { issues: 'write', pull_requests: 'read' } : { pull_requests: 'write' }
  return { metadata: 'read', contents: 'read', ...answer }
}
