import type { BrokerSession } from '../pipeline/ports/broker.ts'
import { brokerPort, insidePaths, type SandboxSpec } from '../pipeline/ports/sandbox.ts'
import { trustStorePassword } from './inspect/java-trust-store.ts'

const door = `http://127.0.0.1:${brokerPort}`

/** As agents' CLIs want them: OpenAI's with the version, the others without. */
export const gatewayUrls: BrokerSession['gateway'] = {
  anthropic: `${door}/anthropic`,
  openai: `${door}/openai/v1`,
  gemini: `${door}/gemini`,
}

/** In the folder of certificates: PEM, called as on Debian, the same for Java, and what tells wget of it. */
export const bundleName = 'ca-certificates.crt'
export const trustStoreName = 'cacerts.jks'
export const wgetrcName = 'wgetrc'
const toolName = 'certificates'
const folder = `${insidePaths.tools}/${toolName}`
const bundle = `${folder}/${bundleName}`

/** wget has no variable for its certificates, only one for its configuration. */
export const wgetrc = `ca_certificate = ${bundle}\n`

const bundleVariables = [
  'CARGO_HTTP_CAINFO',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'NODE_EXTRA_CA_CERTS',
  'PIP_CERT',
  'REQUESTS_CA_BUNDLE',
  'SSL_CERT_FILE',
  'YARN_HTTPS_CA_FILE_PATH',
]

/** The host's folder with the bundle, as a sandbox of any image sees it. */
export function sessionTools(certificates: string | null): SandboxSpec['tools'] {
  return certificates === null ? [] : [{ name: toolName, path: certificates }]
}

/** Where programs inside find the proxy, and what they trust. Also with no network, so that a refusal comes in words. */
export function sessionEnv(certificates: string | null): Readonly<Record<string, string>> {
  const local = '127.0.0.1,localhost,::1'
  return {
    HTTP_PROXY: door,
    HTTPS_PROXY: door,
    NO_PROXY: local,
    http_proxy: door,
    https_proxy: door,
    no_proxy: local,
    // Yarn from version 2 on looks at its own alone.
    YARN_HTTP_PROXY: door,
    YARN_HTTPS_PROXY: door,
    YARN_ENABLE_TELEMETRY: '0',
    // npm's look for a newer npm would only show up as a host that was denied.
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
    // fetch in Node looks at the variables above only when told to.
    NODE_USE_ENV_PROXY: '1',
    ...(certificates === null ? {} : trustEnv),
    JAVA_TOOL_OPTIONS: [...javaProxy, ...mavenProxy, ...(certificates === null ? [] : javaTrust)].join(' '),
  }
}

const trustEnv = {
  ...Object.fromEntries(bundleVariables.map((name) => [name, bundle])),
  WGETRC: `${folder}/${wgetrcName}`,
}

/**
 * Claude Code takes the gateway for Anthropic's own, and asks for what is still being tried there; the clouds refuse a
 * request that has any of it.
 */
export const cloudEnv = { CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS: '1' } as const

/** Java looks at none of the variables above. */
const javaProxy = ['http', 'https'].flatMap((scheme) => [
  `-D${scheme}.proxyHost=127.0.0.1`,
  `-D${scheme}.proxyPort=${brokerPort}`,
])
/**
 * Maven from 3.9 on looks at the properties above only when told to, by a property that has another name from 3.10 on:
 * https://github.com/apache/maven/issues/9260.
 */
const mavenProxy = ['connector.http', 'transport.apache'].map((name) => `-Daether.${name}.useSystemProperties=true`)
const javaTrust = [
  `-Djavax.net.ssl.trustStore=${folder}/${trustStoreName}`,
  `-Djavax.net.ssl.trustStorePassword=${trustStorePassword}`,
]
