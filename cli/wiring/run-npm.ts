import { runCommand } from '../../worker/process/run-command.ts'
import type { Environment } from '../settings/parse-settings.ts'

/** What npm, tar and image builders on the host need to work as they do for the operator; no key of ours is among them. */
const passed =
  /^(PATH|HOME|LANG|TMPDIR|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|https?_proxy|no_proxy|npm_config_\w+|DOCKER_HOST)$/i

/** The part of the environment that such tools get. */
export function toolEnvironment(env: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value !== undefined && passed.test(name) ? [[name, value]] : [])),
  )
}

/** Runs package tools on the host, on packages that Airlock itself pins; scripts of packages never run. */
export function createToolRunner(env: Environment) {
  const closed = toolEnvironment(env)
  return (argv: readonly string[], { cwd }: { readonly cwd: string }) =>
    runCommand(argv, { cwd, env: closed, timeoutMs: 300_000 })
}
