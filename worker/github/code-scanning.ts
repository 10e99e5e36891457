import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { BaseLogger } from 'pino'
import { type Finding, type JobRequest, worstFirst } from '../contract/index.ts'
import { type Fence, HandoffError, type Wording } from '../pipeline/ports/index.ts'
import type { GrantedPermissions } from './granted-permissions.ts'
import type { InstallationTokens } from './installation-tokens.ts'
import { openRepositorySession } from './repository-session.ts'

export interface CodeScanningDeps {
  readonly tokens: InstallationTokens
  readonly granted: GrantedPermissions
  readonly wording: Pick<Wording, 'findingText'>
  /** SARIF 2.1.0 of findings, for code scanning's category of that name. */
  readonly toSarif: (findings: readonly Finding[], category: string) => object
  readonly log: Pick<BaseLogger, 'info' | 'warn'>
}

export interface Analysis {
  /** Also none: that a change was looked at and is clean is told too. */
  readonly findings: readonly Finding[]
  readonly branch: string
  readonly commit: string
  readonly fence: Fence
}

/** GitHub's code scanning, where the installation has it. Whatever it refuses is logged, and never thrown. */
export interface CodeScanning {
  upload(request: JobRequest, analysis: Analysis): Promise<void>
}

const uploadMs = 60_000
const toolName = 'Airlock'
const category = 'airlock'
/** GitHub shows no more of one analysis, and refuses 25,000. */
const mostResults = 5000
const compress = promisify(gzip)

/**
 * One for all jobs of a worker. The permission is optional: it is asked for by a look at the installation, because
 * GitHub refuses a token whose permission was not granted, and every job would begin with an error.
 */
export function createCodeScanning(deps: CodeScanningDeps): CodeScanning {
  const { tokens, granted, wording, toSarif, log } = deps
  /** Ids of repositories where it is switched off, as the log says already. */
  const switchedOff = new Set<number>()

  async function send(request: JobRequest, { findings, branch, commit, fence }: Analysis): Promise<void> {
    const { installationId } = request
    const signal = AbortSignal.timeout(uploadMs)
    if (installationId === null || (await granted(installationId, signal)).security_events !== 'write') return
    await using session = openRepositorySession(tokens, request, { security_events: 'write' }, signal)
    const { owner, repo } = await session.locate()
    const shown = worstFirst(findings).slice(0, mostResults)
    const harmless = shown.map((finding) => ({ ...finding, message: wording.findingText(finding) }))
    const sarif = await compress(JSON.stringify(toSarif(harmless, category)))
    await fence.check()
    // Another of the same commit, tool and category takes the first one's place: it may be repeated.
    await session.call((octokit) =>
      octokit.rest.codeScanning.uploadSarif({
        owner,
        repo,
        commit_sha: commit,
        ref: `refs/heads/${branch}`,
        sarif: sarif.toString('base64'),
        tool_name: toolName,
      }),
    )
  }

  return {
    async upload(request, analysis) {
      try {
        await send(request, analysis)
      } catch (error) {
        const { id } = request.repository
        const fields = { err: error, jobId: request.id }
        if (!(error instanceof HandoffError && error.code === 'denied')) {
          log.warn(fields, 'findings could not be uploaded to code scanning')
        } else if (!switchedOff.has(id)) {
          switchedOff.add(id)
          log.info(fields, 'code scanning takes no findings of this repository')
        }
      }
    },
  }
}
