/**
 * Every environment variable that Airlock reads, with what the reference in docs/ says of it. Parsed once per process,
 * in cli/ alone; the rest of the code gets typed values.
 */
import { z } from 'zod'
import { recordedContents } from '../../worker/audit/withhold-content.ts'
import { isolationSchema } from '../../worker/contract/index.ts'
import { logLevels } from './log-levels.ts'

export interface SettingFacts {
  readonly description: string
  readonly example: string
  readonly default?: string
  /** Its value is never printed. */
  readonly secret?: true
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most))

/** Set for other programs too: looked at where it is used, so that those who do not use it are not stopped by it. */
const othersOwn = z.string().min(1)

const webAddress = z.url({ protocol: /^https?$/ })

function setting<Schema extends z.ZodType, const Facts extends SettingFacts>(schema: Schema, facts: Facts) {
  return { schema, facts }
}

const keyFacts = (description: string) => ({ description, example: 'key-from-your-provider', secret: true as const })

export const settingsTable = {
  APP_ID: setting(wholeNumber(1, 2_147_483_647), {
    description: "The GitHub App's id: a whole number, on the App's settings page.",
    example: '123456',
  }),
  PRIVATE_KEY: setting(z.string().min(1), {
    description: "The App's private key: PEM, or PEM in base64. Or set PRIVATE_KEY_PATH.",
    example: '"$(cat airlock.private-key.pem)"',
    secret: true,
  }),
  PRIVATE_KEY_PATH: setting(z.string().min(1), {
    description: "File that holds the App's private key in PEM.",
    example: '/etc/airlock/private-key.pem',
  }),
  WEBHOOK_SECRET: setting(z.string(), {
    description: "The App's webhook secret: at least 16 characters, made for this App, never Probot's `development`.",
    example: '"$(openssl rand -hex 32)"',
    secret: true,
  }),
  GHE_HOST: setting(z.string().regex(/^[A-Za-z0-9.-]+(:\d{1,5})?$/), {
    description: 'Host of a GitHub Enterprise Server, with a port if need be. Unset: github.com.',
    example: 'github.example.com',
  }),
  GHE_PROTOCOL: setting(z.enum(['https', 'http']), {
    description: 'Protocol of GHE_HOST: `https` or `http`.',
    example: 'https',
    default: 'https',
  }),
  PORT: setting(wholeNumber(0, 65_535), {
    description: 'Port on which webhooks are taken, from 0 to 65535; 0 picks a free one.',
    example: '3000',
    default: '3000',
  }),
  HOST: setting(z.string().min(1), {
    description: 'Address on which webhooks are taken.',
    example: '0.0.0.0',
    default: 'localhost',
  }),
  REDIS_URL: setting(z.string().regex(/^(rediss?:\/\/|\/)/), {
    description:
      'Redis, as `redis://…`, `rediss://…` or the path of a unix socket. `airlock up` starts its own if unset.',
    example: 'redis://127.0.0.1:6379',
    secret: true,
  }),
  LOG_LEVEL: setting(z.enum(logLevels), {
    description: 'What is logged: trace, debug, info, warn, error or fatal.',
    example: 'info',
    default: 'info',
  }),
  AIRLOCK_DATA_DIR: setting(z.string().startsWith('/'), {
    description:
      'Absolute path of the folder for all that is kept: Redis, mirrors, snapshots, agents and records. Default: `/var/lib/airlock` for root, else `~/.local/share/airlock`.',
    example: '/var/lib/airlock',
  }),
  AIRLOCK_SECRETS_DIR: setting(z.string().startsWith('/'), {
    description:
      'Absolute path of the folder of setup secrets: `OWNER/NAME` or `OWNER/REPOSITORY/NAME`, a file each, in lower case but for NAME. Also of [model keys](models.md#keys) of one owner or repository.',
    example: '/etc/airlock/secrets',
  }),
  AIRLOCK_OPERATOR_POLICY: setting(z.string().startsWith('/'), {
    description:
      "Absolute path of the operator's own policy, above every organisation's and repository's: [isolation](isolation.md). The app and all workers need the same.",
    example: '/etc/airlock/operator.yml',
  }),
  AIRLOCK_MODEL_PRICES: setting(z.string().startsWith('/'), {
    description:
      'Absolute path of a file with prices of models, over the built-in ones: [prices](model-prices.md). Read by workers.',
    example: '/etc/airlock/model-prices.yml',
  }),
  AIRLOCK_RECORD_CONTENT: setting(z.enum(recordedContents), {
    description:
      "What a job's record keeps of its task, prompts, answers and the agent's words: `full`, `digest` (SHA-256 and length of each) or `none`. A follow-up is told of [earlier sessions](agents.md#what-is-kept-of-a-session) with `full` alone.",
    example: 'digest',
    default: 'full',
  }),
  AIRLOCK_RECORD_DAYS: setting(wholeNumber(1, 36_500), {
    description:
      'Days for which a record, with what the agent was told and said, is kept; a worker then removes it. Unset: until removed by hand.',
    example: '90',
  }),
  AIRLOCK_BLOCKED_CHANGES: setting(z.enum(['none', 'seal']), {
    description:
      "Whether a change that a gate blocks is kept for [`airlock changes`](gates.md#reading-what-is-kept): `seal`, for 14 days, sealed with a key made from the App's, or `none`. Read by workers.",
    example: 'seal',
    default: 'none',
  }),
  AIRLOCK_ENGINES: setting(
    z
      .string()
      .transform((text) => text.split(',').map((name) => name.trim()))
      .pipe(z.array(isolationSchema).min(1)),
    {
      description:
        'Isolation classes of this worker, with commas: process, container, gvisor, microvm. Unset: whichever this machine has. Named here, one that is missing makes `airlock doctor` fail.',
      example: 'process,gvisor',
    },
  ),
  AIRLOCK_CONTAINER_SOCKET: setting(z.string().startsWith('/'), {
    description:
      "Unix socket of the Engine of class container, Docker's or Podman's. Unset: `/run/docker.sock`, or `/run/podman/podman.sock` where only that is there.",
    example: '/run/docker.sock',
  }),
  AIRLOCK_CONTAINER_RUNTIME: setting(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/), {
    description: 'OCI runtime of class container, by the name that the Engine has for it: runc, runsc, kata.',
    example: 'runc',
    default: 'runc',
  }),
  AIRLOCK_IMAGE_BASE: setting(
    z
      .string()
      .max(400)
      .regex(
        /^(?:[a-z0-9][a-z0-9._:/-]*@)?sha256:[0-9a-f]{64}$/,
        'expected NAME@sha256:DIGEST, or sha256:ID of a local image',
      ),
    {
      description:
        'Image of Debian 12 that an Engine builds [images](images.md#without-mmdebstrap) on, by its digest. Needed only where there is no mmdebstrap.',
      example: `debian@sha256:${'0123456789abcdef'.repeat(4)}`,
    },
  ),
  AIRLOCK_RUNSC: setting(z.string().startsWith('/'), {
    description: "Absolute path of gVisor's runsc for class gvisor. Unset: the distribution's.",
    example: '/usr/local/bin/runsc',
  }),
  AIRLOCK_CONCURRENCY: setting(wholeNumber(1, 64), {
    description: 'Jobs that one worker runs at the same time, from 1 to 64.',
    example: '2',
    default: '2',
  }),
  ANTHROPIC_API_KEY: setting(z.string().min(1), keyFacts('Key for Anthropic Messages. It stays on the host.')),
  ANTHROPIC_BASE_URL: setting(webAddress, {
    description: "The model gateway's upstream for Anthropic Messages.",
    example: 'https://api.anthropic.com',
    default: 'https://api.anthropic.com',
  }),
  OPENAI_API_KEY: setting(z.string().min(1), keyFacts('Key for OpenAI Responses. It stays on the host.')),
  OPENAI_BASE_URL: setting(webAddress, {
    description: "The model gateway's upstream for OpenAI Responses and Chat Completions.",
    example: 'https://api.openai.com/v1',
    default: 'https://api.openai.com/v1',
  }),
  GEMINI_API_KEY: setting(z.string().min(1), keyFacts('Key for Gemini. It stays on the host.')),
  GOOGLE_GEMINI_BASE_URL: setting(webAddress, {
    description: "The model gateway's upstream for Gemini.",
    example: 'https://generativelanguage.googleapis.com',
    default: 'https://generativelanguage.googleapis.com',
  }),
  AIRLOCK_ANTHROPIC_CLOUD: setting(z.enum(['bedrock', 'vertex']), {
    description:
      "The cloud that serves [Anthropic's models](models.md#bedrock-and-vertex): `bedrock` or `vertex`. Unset: ANTHROPIC_BASE_URL.",
    example: 'bedrock',
  }),
  AIRLOCK_GEMINI_CLOUD: setting(z.enum(['vertex']), {
    description:
      'The cloud that serves [Gemini](models.md#bedrock-and-vertex): `vertex`. Unset: GOOGLE_GEMINI_BASE_URL.',
    example: 'vertex',
  }),
  AWS_REGION: setting(othersOwn, {
    description: 'Region in which Bedrock is asked.',
    example: 'eu-central-1',
  }),
  AWS_BEARER_TOKEN_BEDROCK: setting(othersOwn, keyFacts('Bedrock API key. It stays on the host.')),
  AWS_ACCESS_KEY_ID: setting(othersOwn, {
    description: 'Access key with which requests to Bedrock are signed, where there is no AWS_BEARER_TOKEN_BEDROCK.',
    example: 'AKIAIOSFODNN7EXAMPLE',
  }),
  AWS_SECRET_ACCESS_KEY: setting(othersOwn, keyFacts('Secret of AWS_ACCESS_KEY_ID. It stays on the host.')),
  AWS_SESSION_TOKEN: setting(
    othersOwn,
    keyFacts('Session token of AWS_ACCESS_KEY_ID, where that is a passing one. It is not renewed.'),
  ),
  ANTHROPIC_BEDROCK_BASE_URL: setting(webAddress, {
    description: "Bedrock's address, for an endpoint of one's own. Unset: made from AWS_REGION.",
    example: 'https://bedrock-runtime.eu-central-1.amazonaws.com',
  }),
  GOOGLE_APPLICATION_CREDENTIALS: setting(othersOwn, {
    description: 'Key file of the service account with which Vertex is asked. It stays on the host.',
    example: '/etc/airlock/vertex.json',
  }),
  GOOGLE_CLOUD_PROJECT: setting(othersOwn, {
    description: 'Project in which Vertex is asked.',
    example: 'acme-models',
  }),
  GOOGLE_CLOUD_LOCATION: setting(othersOwn, {
    description: 'Location in which Vertex is asked.',
    example: 'europe-west1',
    default: 'global',
  }),
  GOOGLE_VERTEX_BASE_URL: setting(webAddress, {
    description: "Vertex's address, for an endpoint of one's own. Unset: made from GOOGLE_CLOUD_LOCATION.",
    example: 'https://europe-west1-aiplatform.googleapis.com',
  }),
} as const

export type SettingName = keyof typeof settingsTable
export type Settings = { readonly [Name in SettingName]?: z.output<(typeof settingsTable)[Name]['schema']> }
