import {
  alphanumeric,
  base64,
  charactersOf,
  digits,
  isIn,
  runLength,
  runLengthBefore,
  urlSafe,
  word,
} from './characters.ts'
import { whyDummyToken } from './dummy-value.ts'
import type { Detector, SecretMatch } from './secret-match.ts'
import { type Run, run } from './token-format.ts'

/** What a provider says of tokens that have their mark in the middle, or at the end. */
export interface MarkedFormat {
  /** Short and stable: part of the finding's rule. */
  readonly rule: string
  /** In words, with its article. */
  readonly what: string
  readonly before: Run
  readonly mark: string
  readonly after: Run
  readonly source: string
}

const uuidCharacters = charactersOf('0-9', 'a-f', '-')
const base64Any = charactersOf('0-9', 'A-Z', 'a-z', '+/=')
const urlSafeAny = charactersOf('0-9', 'A-Z', 'a-z', '_=-')
const azure = 'https://github.com/microsoft/security-utilities'

export const markedFormats: readonly MarkedFormat[] = [
  marked(
    'terraform',
    'a Terraform Cloud token',
    run(alphanumeric, 14),
    '.atlasv1.',
    run(urlSafe, 60, 70),
    'https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens',
  ),
  marked(
    'azure-devops',
    'an Azure DevOps token',
    run(alphanumeric, 76),
    'AZDO',
    run(alphanumeric, 4),
    'https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate',
  ),
  marked(
    'telegram',
    'a Telegram bot token',
    run(digits, 8, 10),
    ':AA',
    run(urlSafe, 32, 33),
    'https://core.telegram.org/bots/api#authorizing-your-bot',
  ),
  marked(
    'rapidapi',
    'a RapidAPI key',
    run(alphanumeric, 10),
    'msh',
    run(alphanumeric, 37),
    'https://docs.rapidapi.com/docs/keys-and-key-rotation',
  ),
  marked(
    'deepl',
    'a DeepL key',
    run(uuidCharacters, 36),
    ':fx',
    run(digits, 0),
    'https://developers.deepl.com/docs/getting-started/auth',
  ),
  marked(
    'firebase-messaging',
    'a Firebase server key',
    run(urlSafe, 11),
    ':APA91b',
    run(urlSafe, 134),
    'https://firebase.google.com/docs/cloud-messaging/migrate-v1',
  ),
  marked(
    'new-relic',
    'a New Relic license key',
    run(alphanumeric, 36),
    'NRAL',
    run(digits, 0),
    'https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/',
  ),
  marked(
    'dropbox',
    'a Dropbox token of before 2021',
    run(alphanumeric, 11),
    'AAAAAAAAAA',
    run(urlSafe, 43),
    'https://developers.dropbox.com/oauth-guide',
  ),
  marked(
    'maxmind',
    'a MaxMind license key',
    run(word, 36),
    '_mmk',
    run(digits, 0),
    'https://dev.maxmind.com/license-key-validation-api/',
  ),
  ...['APIM', 'ACDb', '+ABa', '+AMC', '+ASt'].map((mark) =>
    marked('azure', 'an Azure key', run(base64, 76), mark, run(base64Any, 8), azure),
  ),
  ...['AIoT', '+ASb', '+AEh', '+ARm', 'AZEG'].map((mark) =>
    marked('azure', 'an Azure key', run(base64, 33), mark, run(base64Any, 7), azure),
  ),
  marked('azure', 'an Azure Cache for Redis key', run(alphanumeric, 33), 'AzCa', run(base64Any, 7), azure),
  marked('azure', 'an Azure Functions key', run(urlSafe, 44), 'AzFu', run(urlSafeAny, 8), azure),
  marked('azure', 'an Azure AI Search key', run(alphanumeric, 42), 'AzSe', run(alphanumeric, 6), azure),
  marked('azure', 'an Azure Container Registry key', run(base64, 42), '+ACR', run(base64, 6), azure),
  marked('azure', 'an Azure key', run(alphanumeric, 52), 'JQQJ9', run(base64Any, 27, 32), azure),
]

/** Tokens that a text in their middle gives away. */
export const markedTokenDetector: Detector = {
  keywords: markedFormats.map(({ mark }) => mark.toLowerCase()),
  find(text, at, keyword) {
    const format = markedFormats.find(({ mark }) => mark.toLowerCase() === keyword)
    return format === undefined ? null : tokenAround(text, at, format)
  },
}

function marked(rule: string, what: string, before: Run, mark: string, after: Run, source: string): MarkedFormat {
  return { rule, what, before, mark, after, source }
}

function tokenAround(text: string, at: number, { rule, what, before, mark, after }: MarkedFormat): SecretMatch | null {
  if (!text.startsWith(mark, at)) return null
  const head = runLengthBefore(before.of, text, at, before.max)
  const from = at + mark.length
  const tail = runLength(after.of, text, from, after.max)
  if (head < before.min || tail < after.min) return null
  const [start, end] = [at - head, from + tail]
  // A longer word is another thing, which only has the same middle.
  if (isIn(alphanumeric, text, start - 1) || isIn(alphanumeric, text, end)) return null
  if (whyDummyToken(text.slice(start, end), 3) !== null) return null
  return { rule: `provider-${rule}`, what, certainty: 'certain', start, end }
}
