import { createBedrock } from '../../worker/broker/gateway/cloud/bedrock.ts'
import { createVertex, type VertexPublisher } from '../../worker/broker/gateway/cloud/vertex.ts'
import type { Upstream } from '../../worker/broker/gateway/provider.ts'
import { SettingsError } from '../settings/parse-settings.ts'
import { readNamedFile } from '../settings/read-named-file.ts'
import { type SettingFacts, type Settings, settingsTable } from '../settings/settings-schema.ts'

/** Bedrock in one region. Without a key of the installation, only those with keys of their own can ask. */
export function bedrockUpstream(settings: Settings): Upstream {
  const region = needed(settings, 'AWS_REGION', 'AIRLOCK_ANTHROPIC_CLOUD=bedrock')
  const cloud = createBedrock(region)
  return {
    baseUrl: settings.ANTHROPIC_BEDROCK_BASE_URL ?? `https://bedrock-runtime.${region}.amazonaws.com`,
    apiKey: bedrockKey(settings, cloud.isKey),
    cloud,
  }
}

/** Vertex in one project and location. */
export function vertexUpstream(settings: Settings, publisher: VertexPublisher): Upstream {
  const chosen = publisher === 'google' ? 'AIRLOCK_GEMINI_CLOUD=vertex' : 'AIRLOCK_ANTHROPIC_CLOUD=vertex'
  const project = needed(settings, 'GOOGLE_CLOUD_PROJECT', chosen)
  const location = needed(settings, 'GOOGLE_CLOUD_LOCATION', chosen)
  const host = location === 'global' ? 'aiplatform.googleapis.com' : `${location}-aiplatform.googleapis.com`
  const address = (settings.GOOGLE_VERTEX_BASE_URL ?? `https://${host}`).replace(/(?<!\/)\/+$/, '')
  const cloud = createVertex(publisher)
  return {
    baseUrl: `${address}/v1/projects/${project}/locations/${location}`,
    apiKey: keyFile(settings, cloud.isKey),
    cloud,
  }
}

function bedrockKey(settings: Settings, isKey: (text: string) => boolean): string | null {
  const { AWS_BEARER_TOKEN_BEDROCK: bearer, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = settings
  if (bearer === undefined && id === undefined && secret === undefined) return null
  const key = bearer ?? accessKey(settings)
  if (isKey(key)) return key
  const names =
    bearer === undefined ? 'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN' : 'AWS_BEARER_TOKEN_BEDROCK'
  throw new SettingsError([`${names}: no key as AWS makes them. Copy it again from the AWS console, without quotes.`])
}

function accessKey(settings: Settings): string {
  const id = needed(settings, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY')
  const secret = needed(settings, 'AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID')
  return [id, secret, settings.AWS_SESSION_TOKEN ?? []].flat().join(':')
}

function keyFile(settings: Settings, isKey: (text: string) => boolean): string | null {
  const setting = 'GOOGLE_APPLICATION_CREDENTIALS'
  const path = settings[setting]
  if (path === undefined) return null
  const text = readNamedFile(setting, path)
  if (isKey(text)) return text
  throw new SettingsError([
    `${setting} names a file that is no key of a service account: ${path}. Make one in the Google Cloud console, as JSON.`,
  ])
}

/** Each becomes part of an address, or of a key. */
const patterns = {
  AWS_REGION: /^[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}$/,
  AWS_ACCESS_KEY_ID: /^[^:]+$/,
  AWS_SECRET_ACCESS_KEY: /^[^:]+$/,
  GOOGLE_CLOUD_PROJECT: /^[a-z0-9][a-z0-9.:-]{2,62}$/,
  GOOGLE_CLOUD_LOCATION: /^[a-z][a-z0-9-]{1,31}$/,
} as const

function needed(settings: Settings, name: keyof typeof patterns, by: string): string {
  const { description, example, ...facts }: SettingFacts = settingsTable[name].facts
  const value = settings[name] ?? facts.default
  if (value !== undefined && patterns[name].test(value)) return value
  const wrong = value === undefined ? 'is missing' : 'is not valid'
  throw new SettingsError([`${name} ${wrong}: ${by} needs it. ${description} Example: ${name}=${example}`])
}
