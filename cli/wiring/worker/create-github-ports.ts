import { createGitHubApp } from '../../../app/github/create-github-app.ts'
import { wording } from '../../../app/replies/wording.ts'
import type { FoldersOf } from '../../../worker/broker/read-secret.ts'
import { createFlatSecrets, createRepositorySecrets } from '../../../worker/broker/setup-secrets.ts'
import { toSarif } from '../../../worker/gates/sarif/to-sarif.ts'
import { createSource, defaultSourceLimits } from '../../../worker/git/create-source.ts'
import { rebuildChange } from '../../../worker/git/rebuild-change.ts'
import { createSendJob } from '../../../worker/github/actions/send-job.ts'
import { createBotLogin } from '../../../worker/github/app-identity.ts'
import { createAuthority } from '../../../worker/github/authority.ts'
import { createCloneAccess } from '../../../worker/github/clone-access.ts'
import { createCodeScanning } from '../../../worker/github/code-scanning.ts'
import { createGrantedPermissions } from '../../../worker/github/granted-permissions.ts'
import { createHeldIssues } from '../../../worker/github/held-issues.ts'
import { createInstallationTokens } from '../../../worker/github/installation-tokens.ts'
import { createPublisher } from '../../../worker/github/publish.ts'
import { createCiRelease } from '../../../worker/github/release-ci.ts'
import { createReporter } from '../../../worker/github/reporter.ts'
import { createSharedTokens } from '../../../worker/github/shared-tokens.ts'
import { createAppJwtSigner } from '../../../worker/github/sign-app-jwt.ts'
import { createTellWaiting } from '../../../worker/github/tell-waiting.ts'
import { createRunOnActions } from '../../../worker/handover/run-on-actions.ts'
import { jobKey, openSealed, publicPartOf } from '../../../worker/handover/sealed-box.ts'
import type { PipelinePorts } from '../../../worker/pipeline/job.ts'
import { collectBudget } from '../../../worker/pipeline/steps/collect.ts'
import { createCheckedCommits } from '../../../worker/queue/checked-commits.ts'
import { createPauseBook } from '../../../worker/queue/pause-book.ts'
import type { AttemptContext } from '../../../worker/queue/run-attempt.ts'
import { createTokenVault } from '../../../worker/queue/token-vault.ts'
import { createUnreachedBook } from '../../../worker/queue/unreached-book.ts'
import { loadOperatorPolicy } from '../../settings/load-operator-policy.ts'
import type { DataFolders } from '../data-folders.ts'
import { gitNetwork } from '../git-network.ts'
import { gitHubUrls } from '../github-urls.ts'
import { createPolicyDigest, createTeamCheck } from '../policy-digest.ts'
import type { WorkerDeps } from './start-worker.ts'

const permissionsTo = {
  read: { contents: 'read' },
  publish: { contents: 'write', pull_requests: 'write' },
} as const

type GitHubPort = 'authority' | 'rights' | 'source' | 'secrets' | 'publisher' | 'ci' | 'elsewhere' | 'wording'

/** GitHub as a worker needs it, by the App's own tokens. */
export function createGitHubPorts(
  deps: WorkerDeps,
  folders: DataFolders,
  { certificates, secretFolders }: { readonly certificates: string | null; readonly secretFolders: FoldersOf | null },
) {
  const { settings, appId, privateKey, log } = deps
  const urls = gitHubUrls(settings)
  const vault = createTokenVault(deps.redis, privateKey)
  const pauses = createPauseBook(deps.redis)
  const checked = createCheckedCommits(deps.redis)
  const common = { appId, baseUrl: urls.api, vault, pauses, log }
  const tokens = createInstallationTokens({ ...common, privateKey })
  const shared = createSharedTokens(tokens)
  const unreached = createUnreachedBook(deps.redis)
  const app = createGitHubApp({ ...common, unreached, signJwt: createAppJwtSigner(privateKey) })
  const botLogin = createBotLogin({ ...common, privateKey })
  const granted = createGrantedPermissions({ ...common, privateKey })
  const codeScanning = createCodeScanning({ tokens, granted, wording, toSarif, log })
  const ports: Pick<PipelinePorts, GitHubPort> = {
    authority: createAuthority({
      tokens: shared,
      policyDigest: createPolicyDigest(app, loadOperatorPolicy(settings)),
      outsideTeams: createTeamCheck(app),
      botLogin,
    }),
    rights: { hold: (request, what) => shared.hold(request, permissionsTo[what]) },
    source: createSource({
      dataDir: folders.root,
      git: 'git',
      cloneAccess: createCloneAccess({
        tokens: shared.exact,
        gitUrl: urls.git,
        network: gitNetwork(deps.env, certificates),
      }),
      limits: defaultSourceLimits,
    }),
    secrets: secretFolders === null ? createFlatSecrets(null) : createRepositorySecrets(secretFolders),
    publisher: createPublisher({ tokens: shared, log }),
    ci: createCiRelease({ tokens }),
    elsewhere: createRunOnActions({
      send: createSendJob({ tokens, granted, botLogin, sealTo: (jobId) => publicPartOf(jobKey(privateKey, jobId)) }),
      open: (jobId, sealed) => openSealed(jobKey(privateKey, jobId), sealed),
      rebuild: (change, signal) =>
        rebuildChange(
          { dataDir: folders.root, git: 'git', limits: defaultSourceLimits },
          { ...change, budget: collectBudget },
          signal,
        ),
    }),
    wording,
  }
  return {
    ports,
    tokens,
    heldIssuesOf: ({ fence }: AttemptContext) => createHeldIssues({ tokens, wording, botLogin, fence }),
    tellWaiting: createTellWaiting({ tokens, wording, botLogin, log }),
    reporterOf: ({ fence }: AttemptContext) =>
      createReporter({ tokens, checks: { appId, note: checked.note }, codeScanning, wording, botLogin, fence, log }),
  }
}
