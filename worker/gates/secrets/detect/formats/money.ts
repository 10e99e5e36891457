import { alphanumeric, base64, charactersOf, lowerDigits, lowerHex, urlSafe } from '../characters.ts'
import { format, run } from '../token-format.ts'
import { uuid } from './data.ts'

const stripe = 'https://docs.stripe.com/keys'
const shopify = 'https://shopify.dev/docs/apps/build/authentication-authorization'
const square = 'https://developer.squareup.com/docs/build-basics/access-tokens'
const flutterwave = 'https://developer.flutterwave.com/docs/authentication'

/** Payment, trade and post. */
export const money = [
  format(
    'stripe',
    'a Stripe key',
    ['sk_live_', 'sk_test_', 'sk_prod_', 'rk_live_', 'rk_test_', 'rk_prod_'],
    run(alphanumeric, 24, 250),
    stripe,
    { minEntropy: 0 },
  ),
  format('stripe', 'a Stripe webhook secret', 'whsec_', run(charactersOf('0-9', 'A-Z', 'a-z', '+/='), 32, 80), stripe),
  format(
    'shopify',
    'a Shopify token',
    ['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shptka_', 'shpua_'],
    run(alphanumeric, 32, 64),
    shopify,
  ),
  format('square', 'a Square token', 'EAAA', run(urlSafe, 47, 61), square, { minEntropy: 3.5 }),
  format('square', 'a Square token', 'sq0atp-', run(urlSafe, 22), square),
  format('square', 'a Square secret', 'sq0csp-', run(charactersOf('0-9', 'A-Z', 'a-z', '_^-'), 43), square),
  format(
    'paypal',
    'a Braintree token',
    'access_token$production$',
    [run(lowerDigits, 16), '$', run(lowerHex, 32)],
    'https://developer.paypal.com/braintree/articles/control-panel/important-gateway-credentials',
  ),
  format(
    'flutterwave',
    'a Flutterwave key',
    ['FLWSECK_TEST-', 'FLWPUBK_TEST-', 'FLWSECK-', 'FLWPUBK-'],
    [run(lowerDigits, 12, 64)],
    flutterwave,
  ),
  format(
    'flutterwave',
    'a Flutterwave key',
    ['FLWSECK_TEST-', 'FLWPUBK_TEST-', 'FLWSECK-', 'FLWPUBK-'],
    [run(lowerDigits, 12, 64), '-X'],
    flutterwave,
  ),
  format('flutterwave', 'a Flutterwave encryption key', 'FLWSECK_TEST', run(lowerDigits, 12), flutterwave),
  format(
    'duffel',
    'a Duffel token',
    ['duffel_test_', 'duffel_live_'],
    run(charactersOf('0-9', 'A-Z', 'a-z', '_=-'), 43),
    'https://duffel.com/docs/api/overview/test-your-integration',
  ),
  format(
    'easypost',
    'an EasyPost key',
    ['EZAK', 'EZTK'],
    run(alphanumeric, 54),
    'https://docs.easypost.com/docs/authentication',
  ),
  format(
    'shippo',
    'a Shippo token',
    ['shippo_live_', 'shippo_test_'],
    run(lowerHex, 40),
    'https://docs.goshippo.com/docs/guides_general/authentication/',
  ),
  format('lob', 'a Lob key', ['live_pub_', 'test_pub_'], run(lowerHex, 31), 'https://docs.lob.com/#section/API-Keys'),
  format('lob', 'a Lob key', ['live_', 'test_'], run(lowerHex, 35), 'https://docs.lob.com/#section/API-Keys'),
  format(
    'gocardless',
    'a GoCardless token',
    ['live_', 'sandbox_'],
    run(urlSafe, 40),
    'https://developer.gocardless.com/getting-started/api/making-your-first-request/',
    { minEntropy: 3.8 },
  ),
  format(
    'plaid',
    'a Plaid token',
    ['access-sandbox-', 'access-development-', 'access-production-'],
    [run(lowerHex, 8), '-', run(lowerHex, 4), '-', run(lowerHex, 4), '-', run(lowerHex, 4), '-', run(lowerHex, 12)],
    'https://plaid.com/docs/api/items/',
  ),
  format(
    'razorpay',
    'a Razorpay key',
    ['rzp_live_', 'rzp_test_'],
    run(alphanumeric, 14),
    'https://razorpay.com/docs/payments/dashboard/account-settings/api-keys/',
  ),
  format(
    'frameio',
    'a Frame.io token',
    'fio-u-',
    run(charactersOf('0-9', 'A-Z', 'a-z', '_=-'), 64),
    'https://developer.frame.io/docs/getting-started/authentication',
  ),
  format(
    'azure-sas',
    'a shared access signature',
    'SharedAccessKey=',
    [run(base64, 43), '='],
    'https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas',
  ),
  format(
    'polar',
    'a Polar token',
    ['polar_oat_', 'polar_pat_'],
    run(urlSafe, 40, 60),
    'https://docs.polar.sh/integrate/oat',
  ),
  format(
    'paddle',
    'a Paddle key',
    ['pdl_live_apikey_', 'pdl_sdbx_apikey_'],
    [run(lowerDigits, 26), '_', run(alphanumeric, 22), '_', run(alphanumeric, 3)],
    'https://developer.paddle.com/api-reference/about/api-keys',
  ),
  format(
    'mollie',
    'a Mollie key',
    ['live_', 'test_'],
    run(alphanumeric, 30),
    'https://docs.mollie.com/reference/authentication',
    { minEntropy: 3.8 },
  ),
  format(
    'adyen',
    'an Adyen key',
    'AQE',
    run(charactersOf('0-9', 'A-Z', 'a-z', '+/=._-'), 80, 300),
    'https://docs.adyen.com/development-resources/api-credentials/',
    { minEntropy: 4 },
  ),
  format(
    'svix',
    'a Svix key',
    ['sk_us_', 'sk_eu_', 'testsk_'],
    run(alphanumeric, 30, 60),
    'https://docs.svix.com/quickstart',
    { minEntropy: 3.5 },
  ),
  format('klaviyo', 'a Klaviyo key', 'pk_', run(lowerHex, 34), 'https://developers.klaviyo.com/en/docs/authenticate_'),
  format(
    'persona',
    'a Persona key',
    ['persona_production_', 'persona_sandbox_'],
    uuid,
    'https://docs.withpersona.com/api-keys',
  ),
]
