import { rules } from '../delayed-execution/rules.ts'

export interface RuleDescription {
  /** One line. */
  readonly short: string
  /** What it is about, and how to mend it. */
  readonly help: string
}

const revoke = 'Take it out, load it from where secrets are kept, and revoke it: what was pushed counts as read.'
const unread = 'It was not searched. Leave it out, or have a person look at it.'

/** Rules of the gates that have no table of their own. */
const texts: ReadonlyMap<string, RuleDescription> = new Map(
  Object.entries({
    'secrets/named-value': { short: 'A value that its name calls secret', help: revoke },
    'secrets/private-key': { short: 'A private key', help: revoke },
    'secrets/jwt': { short: 'A JSON Web Token', help: revoke },
    'secrets/connection-string': { short: 'A connection string with a password in it', help: revoke },
    'secrets/url-credentials': { short: 'An address with a password in it', help: revoke },
    'secrets/curl-credentials': { short: 'Credentials on a command line', help: revoke },
    'secrets/bundler-credentials': { short: 'Credentials of a package source', help: revoke },
    'secrets/kubernetes-secret': { short: 'The value of a Kubernetes Secret', help: revoke },
    'secrets/job-secret': { short: 'A value that the job was given', help: revoke },
    'secrets/job-secret-before': { short: 'A value that the job was given, there before the change', help: revoke },
    'secrets/secret-in-name': { short: 'The name of a file holds a credential', help: `Rename the file. ${revoke}` },
    'secrets/secret-too-short': { short: 'A secret too short to be searched for', help: 'Use a longer value.' },
    'secrets/credential-store': { short: 'A file of a kind that holds credentials', help: revoke },
    'secrets/unsearched-archive': { short: 'Data that unfolds to more than can be searched', help: unread },
    'licenses/unresolved': {
      short: 'A dependency or a file whose license is not known',
      help: 'Have a person look up its license, or do without it.',
    },
    'licenses/forbidden': {
      short: 'A dependency or a file whose license the policy does not allow',
      help: 'Do without it, or have the policy changed on the default branch.',
    },
    'licenses/unlicensed': {
      short: 'A dependency or a file that nobody but its owner may use',
      help: 'Do without it, or have a person show the right to use it.',
    },
    'licenses/denied-package': {
      short: 'A dependency that the policy denies',
      help: 'Use another package, or have the policy changed on the default branch.',
    },
    'licenses/other-content': {
      short: 'A dependency whose content in the lockfile is not that of its registry',
      help: 'Let the package manager write the lockfile again.',
    },
    'licenses/declared-otherwise': {
      short: 'A dependency whose lockfile says another license than its registry',
      help: 'Let the package manager write the lockfile again.',
    },
    'licenses/carried-license': {
      short: 'Code that brings a license with it',
      help: 'Set a list of licenses in the policy to have it judged.',
    },
    'licenses/license-mismatch': {
      short: 'A manifest declares another license than the text beside it has',
      help: 'Make both say the same.',
    },
    'licenses/copyright-holder': {
      short: 'The copyright of somebody who is new in these files',
      help: 'Make sure that the code may be used, and keep the notice.',
    },
    'size/large-file': { short: 'A file too large to be shown in full', help: 'Split the change, or leave it out.' },
    'size/many-files': { short: 'More files than are shown', help: 'Split the change.' },
    'size/many-lines': { short: 'More lines than are shown', help: 'Split the change.' },
    'size/many-bytes': { short: 'More bytes than are shown', help: 'Split the change.' },
    'size/unread-too-large': { short: 'Too large to be read', help: unread },
    'size/unread-submodule': { short: 'A submodule that moves', help: unread },
    'size/unread-odd-name': { short: 'A name that is not UTF-8', help: 'Rename the file.' },
    'size/unread-unsafe-tree': { short: 'A tree that cannot be read safely', help: unread },
    'size/unread-unreadable': { short: 'A file that cannot be read', help: unread },
  }),
)

/** What a rule is about, in words that hold for all of its findings. */
export function describeRule(gate: string, rule: string): RuleDescription {
  const text = texts.get(`${gate}/${rule}`)
  if (text !== undefined) return text
  if (gate === 'secrets' && rule.startsWith('provider-')) {
    return { short: `A credential of ${rule.slice('provider-'.length)}`, help: revoke }
  }
  const own = gate === 'delayed-execution' ? rules.find(({ id }) => id === rule) : undefined
  if (own !== undefined) return { short: own.when, help: `${own.when} ${own.mend}` }
  const short = `${gate}: ${rule.replaceAll('-', ' ')}`
  return { short, help: `${short}. Each finding says what to do.` }
}
