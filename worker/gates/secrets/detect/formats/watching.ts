import { alphanumeric, charactersOf, hex, lowerHex, urlSafe } from '../characters.ts'
import { format, run, uuid } from '../token-format.ts'

const grafana = 'https://grafana.com/docs/grafana-cloud/account-management/authentication-and-permissions/'
const sentry = 'https://docs.sentry.io/api/auth/'
const newRelic = 'https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/'

/** What watches over running systems, and what tells them how to run. */
export const watching = [
  format('grafana', 'a Grafana Cloud token', 'glc_', run(charactersOf('0-9', 'A-Z', 'a-z', '+/='), 32, 400), grafana, {
    minEntropy: 3,
  }),
  format('grafana', 'a Grafana service account token', 'glsa_', [run(alphanumeric, 32), '_', run(hex, 8)], grafana),
  format('sentry', 'a Sentry token', 'sntrys_', [run(charactersOf('0-9', 'A-Z', 'a-z', '+/=_-'), 80, 400)], sentry, {
    check: (token) => token.startsWith('sntrys_eyJpYXQiO'),
  }),
  format('sentry', 'a Sentry user token', 'sntryu_', run(lowerHex, 64), sentry, { minEntropy: 3 }),
  format(
    'new-relic',
    'a New Relic key',
    ['NRAK-', 'NRJS-', 'NRII-', 'NRRA-', 'NRIQ-', 'NRAA-'],
    run(urlSafe, 19, 42),
    newRelic,
    {
      minEntropy: 3,
    },
  ),
  format(
    'datadog',
    'a Datadog key',
    'ddp_',
    run(alphanumeric, 34, 40),
    'https://docs.datadoghq.com/account_management/api-app-keys/',
  ),
  format(
    'dynatrace',
    'a Dynatrace token',
    'dt0c01.',
    [run(alphanumeric, 24), '.', run(alphanumeric, 64)],
    'https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens',
  ),
  format(
    'launchdarkly',
    'a LaunchDarkly key',
    ['sdk-', 'api-', 'mob-'],
    uuid,
    'https://launchdarkly.com/docs/sdk/concepts/client-side-server-side',
  ),
  format(
    'grafana',
    'a Grafana API key of before service accounts',
    // `{"k":"` in base64.
    'eyJrIjoi',
    run(charactersOf('0-9', 'A-Z', 'a-z', '+/='), 60, 300),
    grafana,
  ),
  format(
    'doppler',
    'a Doppler service token',
    'dp.st.',
    [run(charactersOf('0-9', 'a-z', '_-'), 2, 40), '.', run(alphanumeric, 40, 44)],
    'https://docs.doppler.com/reference/auth-token-formats',
  ),
  format('rootly', 'a Rootly key', 'rootly_', run(lowerHex, 64), 'https://docs.rootly.com/api-reference/overview'),
  format(
    'sourcegraph',
    'a Sourcegraph license key',
    'slk_',
    run(lowerHex, 64),
    'https://sourcegraph.com/docs/cody/clients/install-cli',
  ),
  format(
    'dependency-track',
    'a Dependency-Track key',
    'odt_',
    [run(charactersOf('0-9', 'A-Z', 'a-z', '_'), 32, 50)],
    'https://docs.dependencytrack.org/integrations/rest-api/',
    { minEntropy: 3.3 },
  ),
  format(
    'spectral',
    'a SpectralOps key',
    'spu-',
    run(lowerHex, 32),
    'https://guides.spectralops.io/docs/cicd-integration',
  ),
  format(
    'nightfall',
    'a Nightfall key',
    'NF-',
    run(alphanumeric, 32),
    'https://help.nightfall.ai/developer-api/quickstart',
    { minEntropy: 3 },
  ),
  format(
    'fullstory',
    'a FullStory key',
    'na1.',
    run(charactersOf('0-9', 'A-Z', 'a-z', '+/'), 100),
    'https://developer.fullstory.com/server/authentication/',
  ),
]
