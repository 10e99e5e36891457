import type { GitHubApp } from '../../../app/github/create-github-app.ts'
import { createLabelledIssues, type LabelledDeps } from '../../../app/github/labelled-issues.ts'
import { openByName } from '../../../app/github/open-by-name.ts'
import { askForMissed, type MissedDeps } from '../../../app/intake/ask-for-missed.ts'
import { fallbackTriggers } from '../../../app/intake/fallback-triggers.ts'
import { type ReconcileDeps, reconcileLabels } from '../../../app/intake/find-labelled.ts'
import { readPolicySources } from '../../../app/intake/read-policy.ts'
import { evaluatePolicy } from '../../../app/repo-policy/evaluate-policy.ts'
import type { OperatorPolicy } from '../../../app/repo-policy/operator/operator-policy.ts'
import { createDeliveryBook } from '../../../worker/queue/delivery-book.ts'
import { repeat } from '../repeat.ts'
import type { AppContext } from './app-context.ts'

const everyMs = 3 * 60_000

/**
 * Looks for webhooks that nobody took: once now, for what came while no app was there, and then again and again.
 * `accept` takes labels that are too old for GitHub to send once more.
 */
export function findMissed(context: AppContext, accept: ReconcileDeps['accept']): AsyncDisposable {
  const { redis, sent, log } = context
  const labels = reconcileDeps(context, accept)
  const missed: MissedDeps = {
    ...{ sent, book: createDeliveryBook(redis), log, now: Date.now },
    reconcile: (since, signal) => reconcileLabels(labels, since, signal),
  }
  return repeat(everyMs, async (signal) => {
    await askForMissed(missed, signal).catch((error: unknown) => {
      if (!signal.aborted) log.warn({ err: error }, 'could not look for missed webhooks')
    })
  })
}

function reconcileDeps({ gitHub, jobs, operatorPolicy }: AppContext, accept: ReconcileDeps['accept']): ReconcileDeps {
  return {
    labelled: createLabelledIssues({ app: gitHub, labelOf: labelReader(gitHub, operatorPolicy), now: Date.now }),
    fallbackLabel: fallbackTriggers(operatorPolicy.level).label,
    async hasJobSince({ repository, subject, occurredAt }) {
      const standing = await jobs.threads.on({ repository: repository.id, number: subject.number })
      return standing.some(({ askedAt }) => askedAt >= occurredAt)
    },
    accept,
  }
}

/** What the label of a repository's policy is; null where the policy cannot be had. */
function labelReader(app: GitHubApp, operator: OperatorPolicy): LabelledDeps['labelOf'] {
  return async (at, signal) => {
    await using repository = await openByName(app, at, `labels:${at.owner}/${at.name}`, signal)
    if (repository === null) return null
    const { facts } = repository
    const sources = await readPolicySources(facts, operator, await facts.headOf(facts.now.defaultBranch))
    const resolution = evaluatePolicy(operator, sources.texts, sources.traits)
    return resolution.ok ? resolution.policy.triggers.label : null
  }
}
