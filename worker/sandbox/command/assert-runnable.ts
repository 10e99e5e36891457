import type { ExecRequest, SandboxSpec } from '../../pipeline/ports/index.ts'

/** The kernel's own limit for one argument or variable. */
const maxWordBytes = 131_071
const maxTotalBytes = 1_500_000
const toolName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Refuses command lines that no kernel would take, and the ones that would be read as something else: bwrap's
 * options are parted by NUL bytes, so a NUL in a variable could bring in an option. Throws TypeError: a bug of the
 * caller's, not an end of a command.
 */
export function assertRunnable(request: Pick<ExecRequest, 'argv' | 'env'>): void {
  const [program] = request.argv
  if (program === undefined || program === '') throw new TypeError('an argument list needs a program')
  const words = [...request.argv, ...Object.entries(request.env).map(([name, value]) => `${name}=${value}`)]
  for (const name of Object.keys(request.env)) {
    if (!variableName.test(name)) throw new TypeError(`not a variable's name: ${JSON.stringify(name.slice(0, 64))}`)
  }
  if (words.some((word) => word.includes('\0'))) throw new TypeError('a NUL byte in an argument or variable')
  const sizes = words.map((word) => Buffer.byteLength(word))
  if (sizes.some((size) => size > maxWordBytes)) throw new TypeError('an argument or variable over 128 KiB')
  if (sizes.reduce((sum, size) => sum + size, 0) > maxTotalBytes) throw new TypeError('a command line over 1.5 MB')
}

/** The same for what a sandbox is made of. */
export function assertMountable(spec: Pick<SandboxSpec, 'workspace' | 'home' | 'tools' | 'brokerSocket'>): void {
  const paths = [spec.workspace, spec.home, ...spec.tools.map((tool) => tool.path), spec.brokerSocket ?? '/']
  if (paths.some((path) => !path.startsWith('/') || path.includes('\0'))) throw new TypeError('paths must be absolute')
  const names = spec.tools.map((tool) => tool.name)
  if (!names.every((name) => toolName.test(name))) throw new TypeError('a tool has a name that is no plain file name')
  if (new Set(names).size !== names.length) throw new TypeError('two tools with one name')
}
