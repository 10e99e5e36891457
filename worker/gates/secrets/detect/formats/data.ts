import { alphanumeric, charactersOf, digits, hex, lowerDigits, lowerHex, urlSafe } from '../characters.ts'
import { format, run, uuid } from '../token-format.ts'

const supabase = 'https://supabase.com/docs/guides/api/api-keys'
const asana = 'https://developers.asana.com/docs/personal-access-token'
/** Id and secret in one; the letter in the middle is chosen when a key is made. Ids of other kinds are no secrets. */
const honeycombPrefixes = [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => `hc${letter}ik_`)
const axiom = 'https://axiom.co/docs/reference/tokens'

/** Databases, content, records of work, and what watches over numbers. */
export const data = [
  format('supabase', 'a Supabase access token', 'sbp_', run(lowerHex, 40), supabase),
  format('supabase', 'a Supabase secret key', 'sb_secret_', run(urlSafe, 31, 40), supabase),
  format('neon', 'a Neon key', 'napi_', run(lowerDigits, 64), 'https://neon.com/docs/manage/api-keys'),
  format(
    'aiven',
    'an Aiven password',
    'AVNS_',
    run(urlSafe, 15, 40),
    'https://aiven.io/docs/platform/howto/create_new_service_user',
  ),
  format(
    'vercel-blob',
    'a Vercel Blob token',
    'vercel_blob_rw_',
    [run(alphanumeric, 16), '_', run(alphanumeric, 30, 40)],
    'https://vercel.com/docs/vercel-blob',
  ),
  format(
    'notion',
    'a Notion token',
    'secret_',
    run(alphanumeric, 43),
    'https://developers.notion.com/docs/authorization',
    { minEntropy: 3.8 },
  ),
  format(
    'contentful',
    'a Contentful token',
    'CFPAT-',
    run(urlSafe, 43),
    'https://www.contentful.com/developers/docs/references/authentication/',
  ),
  format(
    'sanity',
    'a Sanity token',
    'sk',
    run(alphanumeric, 150, 200),
    'https://www.sanity.io/docs/content-lake/http-auth',
    { minEntropy: 4 },
  ),
  format(
    'convex',
    'a Convex deploy key',
    ['prod:', 'dev:'],
    [run(charactersOf('a-z', '0-9', '-'), 8, 60), '|', run(charactersOf('0-9', 'A-Z', 'a-z', '+/='), 40, 200)],
    'https://docs.convex.dev/cli/deploy-key-types',
    { minEntropy: 3.5 },
  ),
  format('asana', 'an Asana token', '1/', [run(digits, 15, 17), ':', run(lowerHex, 32)], asana),
  format(
    'asana',
    'an Asana token',
    '2/',
    [run(digits, 15, 17), '/', run(digits, 15, 17), ':', run(lowerHex, 32)],
    asana,
  ),
  format(
    'clickup',
    'a ClickUp token',
    'pk_',
    [run(digits, 7, 10), '_', run(charactersOf('A-Z', '0-9'), 32)],
    'https://developer.clickup.com/docs/authentication',
  ),
  format(
    'trello',
    'an Atlassian or Trello token',
    'ATTA',
    run(hex, 72),
    'https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/',
  ),
  format(
    'hubspot',
    'a HubSpot token',
    ['pat-na1-', 'pat-na2-', 'pat-eu1-', 'pat-ap1-'],
    uuid,
    'https://developers.hubspot.com/docs/guides/apps/private-apps/overview',
  ),
  format(
    'zoho',
    'a Zoho token',
    '1000.',
    [run(lowerHex, 32), '.', run(lowerHex, 32)],
    'https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token.html',
  ),
  format(
    'dropbox',
    'a Dropbox token',
    ['sl.u.', 'sl.B', 'sl.A'],
    run(urlSafe, 130, 1500),
    'https://developers.dropbox.com/oauth-guide',
  ),
  format('posthog', 'a PostHog personal key', 'phx_', run(alphanumeric, 40, 64), 'https://posthog.com/docs/api'),
  format(
    'honeycomb',
    'a Honeycomb ingest key',
    honeycombPrefixes,
    run(lowerDigits, 50, 70),
    'https://docs.honeycomb.io/api/authentication',
  ),
  format('axiom', 'an Axiom token', ['xaat-', 'xapt-'], uuid, axiom),
  format(
    'statsig',
    'a Statsig server key',
    'secret-',
    run(alphanumeric, 40, 64),
    'https://docs.statsig.com/sdk-keys/api-keys',
    { minEntropy: 3.8 },
  ),
  format('adafruit', 'an Adafruit IO key', 'aio_', run(alphanumeric, 28), 'https://io.adafruit.com/api/docs/', {
    minEntropy: 3.3,
  }),
  format('wakatime', 'a WakaTime key', 'waka_', uuid, 'https://wakatime.com/developers'),
  format(
    'inngest',
    'an Inngest signing key',
    ['signkey-prod-', 'signkey-test-', 'signkey-branch-'],
    run(lowerHex, 32, 64),
    'https://www.inngest.com/docs/platform/signing-keys',
  ),
  format(
    'trigger',
    'a Trigger.dev key',
    // With `sk_` since keys have names.
    ['prod', 'stg', 'preview', 'dev'].flatMap((stage) => [`tr_${stage}_`, `tr_${stage}_sk_`]),
    run(alphanumeric, 20, 24),
    'https://trigger.dev/docs/apikeys',
    { minEntropy: 3.3 },
  ),
]
