import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseSettings } from '../../cli/settings/parse-settings.ts'
import { upstreamsOf } from '../../cli/wiring/upstreams.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'airlock-clouds-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const upstreams = (env: Readonly<Record<string, string>>) => upstreamsOf(parseSettings(env, []))
const bedrock = { AIRLOCK_ANTHROPIC_CLOUD: 'bedrock', AWS_REGION: 'eu-central-1' }
const pair = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/EXAMPLEKEY' }

function vertex(file: object | string): Record<string, string> {
  const path = join(dir, 'key.json')
  writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file))
  return {
    AIRLOCK_ANTHROPIC_CLOUD: 'vertex',
    AIRLOCK_GEMINI_CLOUD: 'vertex',
    GOOGLE_CLOUD_PROJECT: 'acme-models',
    GOOGLE_APPLICATION_CREDENTIALS: path,
  }
}
const account = {
  type: 'service_account',
  private_key_id: '1',
  private_key: '-----BEGIN PRIVATE KEY-----',
  client_email: 'airlock@acme-models.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
}

describe('a cloud in a provider’s place', () => {
  it.each([
    ['a pair', pair, `${pair.AWS_ACCESS_KEY_ID}:${pair.AWS_SECRET_ACCESS_KEY}`],
    ['a passing pair', { ...pair, AWS_SESSION_TOKEN: 'token/0123456789=' }, /:token\/0123456789=$/],
    ['an API key, before a pair', { ...pair, AWS_BEARER_TOKEN_BEDROCK: 'bedrock-0123456789-0123' }, /^bedrock-/],
    ['none', {}, null],
  ])('is Bedrock of the operator’s region, with %s', (_name, keys, key) => {
    const { anthropic } = upstreams({ ...bedrock, ...keys, ANTHROPIC_API_KEY: 'sk-of-anthropic' })

    expect(anthropic).toMatchObject({
      baseUrl: 'https://bedrock-runtime.eu-central-1.amazonaws.com',
      cloud: { name: 'bedrock' },
    })
    if (key === null || typeof key === 'string') expect(anthropic.apiKey).toBe(key)
    else expect(anthropic.apiKey).toMatch(key)
  })

  it('is Vertex of the operator’s project and location', () => {
    const global = upstreams(vertex(account))
    const regional = upstreams({ ...vertex(account), GOOGLE_CLOUD_LOCATION: 'europe-west1' })

    const at = 'aiplatform.googleapis.com/v1/projects/acme-models/locations'
    expect(global.anthropic.baseUrl).toBe(`https://${at}/global`)
    expect(regional.gemini.baseUrl).toBe(`https://europe-west1-${at}/europe-west1`)
    expect(regional.gemini.apiKey).toBe(JSON.stringify(account))
  })

  it('is nobody’s unless it is chosen: what other programs are set up for changes nothing', () => {
    const settings = { ...pair, AWS_REGION: 'nonsense', GOOGLE_APPLICATION_CREDENTIALS: 'not/there.json' }

    const { anthropic, gemini } = upstreams({ ...settings, ANTHROPIC_API_KEY: 'sk-of-anthropic' })

    expect(anthropic).toEqual({ baseUrl: 'https://api.anthropic.com', apiKey: 'sk-of-anthropic' })
    expect(gemini.cloud).toBeUndefined()
  })

  it.each<[string, () => Record<string, string>, RegExp]>([
    ['no region', () => ({ AIRLOCK_ANTHROPIC_CLOUD: 'bedrock' }), /^AWS_REGION is missing: .*Example: AWS_REGION=eu/],
    ['a host for a region', () => ({ ...bedrock, AWS_REGION: 'evil.example/' }), /^AWS_REGION is not valid/],
    [
      'half a pair',
      () => ({ ...bedrock, AWS_ACCESS_KEY_ID: pair.AWS_ACCESS_KEY_ID }),
      /^AWS_SECRET_ACCESS_KEY is miss/,
    ],
    ['a secret in quotes', () => ({ ...bedrock, ...pair, AWS_SECRET_ACCESS_KEY: '"x"' }), /no key as AWS makes them/],
    ['no project', () => ({ AIRLOCK_GEMINI_CLOUD: 'vertex' }), /^GOOGLE_CLOUD_PROJECT is missing/],
    ['a user’s credentials', () => vertex({ ...account, type: 'authorized_user' }), /no key of a service account/],
    ['a file that is no JSON', () => vertex('secret words'), /no key of a service account: (?!.*secret words)/],
    ['an unknown cloud', () => ({ AIRLOCK_ANTHROPIC_CLOUD: 'azure' }), /^AIRLOCK_ANTHROPIC_CLOUD is not valid/],
  ])('says what is wrong and how to mend it: %s', (_name, env, message) => {
    expect(() => upstreams(env())).toThrow(message)
  })
})
