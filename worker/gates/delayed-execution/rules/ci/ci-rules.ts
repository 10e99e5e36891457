import { isProse } from '../../../change/classify-path.ts'
import { canonical } from '../../../change/read-value.ts'
import type { ChangedFile } from '../../../change/view-change.ts'
import { whenChanged, whenChangedOrDeleted } from '../../match/when-changed.ts'
import { whenEntriesChange } from '../../match/when-entries-change.ts'
import type { Change, Match, Rule } from '../../rule.ts'
import { reachesNoFurther, watchersOf } from './reaches-no-further.ts'
import { buildsTheSameImage } from './same-image.ts'
import { updatesTheSame } from './same-updates.ts'
import { openedToStrangers, secretDumps, sentSecrets, strangersCheckouts } from './workflow-entries.ts'
import { untrustedText } from './workflow-texts.ts'
import { isVersion } from './workflow-values.ts'

const workflows = ['.github/workflows/*.{yml,yaml}']
const actions = ['**/action.{yml,yaml}']
const onPush = "It would run on the next push or event, with the repository's secrets and token."
const askPerson = 'Have a person look at it: nothing else checks what CI is told to do.'

export const ciRules: readonly Rule[] = [
  {
    id: 'workflow',
    severity: 'hold',
    paths: ['.github/workflows/**', '.github/actions/**', ...actions],
    when: onPush,
    mend: askPerson,
    match: whenWorkflowChanges,
  },
  {
    id: 'workflow-untrusted-text',
    severity: 'block',
    paths: [...workflows, ...actions],
    when: "Text of a stranger's issue, comment or branch name would be run as part of the script, or obeyed by the agent.",
    mend: 'Pass it through `env:` and quote the variable, or leave it out of the prompt.',
    match: whenEntriesChange('yaml', untrustedText),
  },
  {
    id: 'workflow-secrets-dump',
    severity: 'block',
    paths: [...workflows, ...actions],
    when: onPush,
    mend: 'Name the one secret that the step needs.',
    match: whenEntriesChange('yaml', secretDumps),
  },
  {
    id: 'workflow-secret-sent',
    severity: 'block',
    paths: [...workflows, ...actions],
    when: 'It would send a secret of the repository to another place on the next push or event.',
    mend: 'Sign in with a header, or leave the request to a maintainer.',
    match: whenEntriesChange('yaml', sentSecrets),
  },
  {
    id: 'workflow-strangers-code',
    severity: 'block',
    paths: workflows,
    when: "It would run a stranger's code on their pull request, with the repository's secrets and a token that writes.",
    mend: 'Use `pull_request`, or do not check out their commit.',
    match: whenEntriesChange('yaml', strangersCheckouts),
  },
  {
    id: 'workflow-open-agent',
    severity: 'block',
    paths: workflows,
    when: 'Anyone who can open an issue could then direct the agent that this starts.',
    mend: 'Let only people with write access start it.',
    match: whenEntriesChange('yaml', openedToStrangers),
  },
  {
    id: 'ci-configuration',
    severity: 'hold',
    paths: [
      '**/.gitlab-ci{,.*}.{yml,yaml}',
      '**/.gitlab/**/*.{yml,yaml}',
      '**/{.travis,.appveyor,appveyor,.cirrus,.drone,wercker,bitbucket-pipelines,azure-pipelines,buildspec,cloudbuild,codemagic,bitrise,.build,.prow,.zuul,zuul,.taskcluster,.scrutinizer,.semaphore,codefresh}{,.*}.{yml,yaml,json,star}',
      '**/.{circleci,buildkite,woodpecker,semaphore,teamcity,azure-pipelines,azuredevops,azure,pipelines,builds,dagger,jenkins,spacelift,argo,tekton,harness,forgejo,gitea}/**',
      '**/{.woodpecker,.earthly}{,.*}.{yml,yaml}',
      '**/Jenkinsfile{,.*}',
      '**/*.jenkinsfile',
      '**/{bamboo-specs,zuul.d,.ci}/**/*.{yml,yaml}',
      '**/{.drone.jsonnet,dagger.json,atlantis.yaml,ansible.cfg,helmfile.yaml,skaffold.yaml,samconfig.toml,cdk.json}',
      '**/{wrangler.toml,wrangler.json,wrangler.jsonc,serverless.yml,serverless.yaml,firebase.json,amplify.yml}',
      '**/{.goreleaser,goreleaser,.custom-gcl}.{yml,yaml}',
      '**/.readthedocs.{yml,yaml}',
      '**/{Earthfile,Dangerfile,Procfile,netlify.toml,vercel.json,render.yaml,fly.toml,now.json,heroku.yml,app.yaml}',
    ],
    when: onPush,
    mend: askPerson,
    match: whenMeaningChanges,
  },
  {
    id: 'repository-oversight',
    severity: 'hold',
    paths: [
      '{,.github/,.gitlab/,docs/}CODEOWNERS',
      '.github/dependabot.{yml,yaml}',
      '**/{renovate,.renovaterc}{,.json,.json5}',
      '.github/{settings,renovate,mergify,auto-merge,auto_assign,policies}*.{yml,yaml,json,json5}',
      '**/.mergify{,/config}.{yml,yaml}',
      '{,.github/}{.kodiak,kodiak,bors}.toml',
      '.asf.yaml',
      '{,.github/}airlock.{yml,yaml}',
    ],
    when: 'From the merge on it decides who reviews, and which bots may do what.',
    mend: 'Have a person approve it.',
    match: whenOversightChanges,
  },
  {
    id: 'scanner-configuration',
    severity: 'hold',
    paths: [
      '**/{.gitleaks.toml,.gitleaksignore,.secretlintignore,.trivyignore,.semgrepignore,.snyk,.talismanrc}',
      '**/{.secretlintrc,.detect-secrets,.whitesource}{,.*}',
      '.github/{codeql,secret_scanning}{,.*,/**}',
    ],
    when: 'From the merge on it decides what scanners overlook. Airlock itself does not read it.',
    mend: 'Have a person approve it.',
    match: whenChanged(),
  },
  {
    id: 'container-build',
    severity: 'hold',
    paths: [
      '**/{Dockerfile,Containerfile}{,.*}',
      '**/*.{dockerfile,containerfile}',
      '**/{docker-compose,compose,podman-compose}{,.*}.{yml,yaml}',
      '**/docker-bake.{hcl,json}',
    ],
    when: 'It would run on the next image build, in CI and wherever the image is deployed.',
    mend: 'Have a person look at it.',
    match: (file, change) =>
      isProse(file.path) || buildsTheSameImage(file, change) ? [] : whenChanged()(file, change),
  },
]

/** Nothing where only comments, order of keys and layout differ; milder where it reaches no further than before. */
function whenWorkflowChanges(...[file, change]: Parameters<Match>): ReturnType<Match> {
  const hits = whenChangedOrDeleted()(file, change)
  const noted = hits.map((hit) => ({ ...hit, severity: 'note' as const }))
  if (isListOfWords(file.path) || (file.after === null && watchesNothing(file, change))) return noted
  // A script can be read as YAML too, and would say nothing there.
  if (!/\.ya?ml$/i.test(file.path)) return hits
  const [old, now] = bothSides(file, change, 'yaml')
  if (!old?.ok || !now?.ok) return hits
  if (canonical(old.value) === canonical(now.value)) return []
  return reachesNoFurther(old.value, now.value) ? noted : hits
}

/** Null where there is no file. */
function bothSides({ before, after }: ChangedFile, { read }: Change, format: 'yaml' | 'json' | 'toml') {
  return [before, after].map((side) => (side === null ? null : read(side, format)))
}

/** A deleted workflow of GitHub that looked for nothing which a change should not have. */
function watchesNothing({ path, before }: ChangedFile, { read }: Change): boolean {
  const old = before === null || !/^\.github\/workflows\/[^/]+\.ya?ml$/i.test(path) ? null : read(before, 'yaml')
  return old?.ok === true && watchersOf(old.value).size === 0
}

/** The same but for versions of what the build runs with: comments, order and layout differ. */
function whenMeaningChanges(...[file, change]: Parameters<Match>): ReturnType<Match> {
  const format = /\.(ya?ml|toml)$/i.exec(file.path)?.[1]?.toLowerCase() ?? 'json'
  const [old, now] = bothSides(file, change, format === 'json' || format === 'toml' ? format : 'yaml')
  const isSame = old?.ok && now?.ok && canonical(withoutVersions(old.value)) === canonical(withoutVersions(now.value))
  return isSame ? [] : whenChangedOrDeleted()(file, change)
}

function withoutVersions(value: unknown): unknown {
  if (Array.isArray(value)) return value.every(isVersion) ? 'version' : value.map(withoutVersions)
  if (typeof value !== 'object' || value === null)
    return typeof value !== 'boolean' && isVersion(value) ? 'version' : value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutVersions(inner)]))
}

function whenOversightChanges(...[file, change]: Parameters<Match>): ReturnType<Match> {
  const isDependabot = /^\.github\/dependabot\.ya?ml$/i.test(file.path)
  const [old, now] = bothSides(file, change, 'yaml')
  // Where there was no such file, nothing was asked for.
  const known = old === null ? { version: 2 } : old?.ok ? old.value : null
  const isSame = isDependabot && known !== null && now?.ok && updatesTheSame(known, now.value)
  return isSame ? [] : whenChangedOrDeleted()(file, change)
}

/** Texts that lie beside an action, as a spelling checker's words do; not what is installed. */
function isListOfWords(path: string): boolean {
  return isProse(path) && !/requirements|constraints/i.test(path)
}
