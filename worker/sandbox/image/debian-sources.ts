import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError, runCommand } from '../../process/run-command.ts'
import { type Suite, suites } from './image-content.ts'

/** Where this machine gets Debian from. It is told to the builder, and stays out of what is built. */
export interface DebianSources {
  /** One-line or deb822 source files' texts; empty: the builder's own default. */
  readonly sources: string
  /** apt options, such as proxies: `Acquire::http::Proxy "…"`. */
  readonly options: readonly string[]
}

export async function readDebianSources(suite: Suite, aptFolder = '/etc/apt'): Promise<DebianSources> {
  const folder = join(aptFolder, 'sources.list.d')
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.(list|sources)$/.test(name)).sort()
  const files = [join(aptFolder, 'sources.list'), ...names.map((name) => join(folder, name))]
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))
  return {
    sources: sourcesFor(texts.join('\n\n'), suite).join('\n\n'),
    options: await readAcquireOptions(),
  }
}

/** A machine of another release has the same mirror, under the name of its own: it is asked for ours. Pure. */
export function sourcesFor(text: string, suite: Suite): readonly string[] {
  const found = [suite, ...suites]
    .map((name) => ({ name, stanzas: selectSources(text, name) }))
    .find(({ stanzas }) => stanzas.length > 0)
  const named = (word: string) => (word === found?.name ? suite : word)
  return found?.stanzas.map((stanza) => stanza.split(/\b/).map(named).join('')) ?? []
}

/** The entries of a source file that are about this release of Debian: as it was, -updates and -security. Pure. */
export function selectSources(text: string, suite: string): readonly string[] {
  const isOurs = (word: string) => [suite, `${suite}-updates`, `${suite}-security`].includes(word)
  const lines = text.split('\n').filter((line) => !line.startsWith('#'))
  const oneLine = lines.filter((line) => /^deb\s/.test(line) && line.split(/\s+/).some(isOurs))
  if (oneLine.length > 0) return oneLine.map(asStanza).filter((stanza) => stanza !== null)
  const stanzas = lines.join('\n').split(/\n\s*\n/)
  return stanzas
    .filter(
      (stanza) =>
        /^Types:.*\bdeb\b/im.test(stanza) &&
        !/^Enabled:\s*no/im.test(stanza) &&
        (/^Suites:(.*)$/im.exec(stanza)?.[1] ?? '').trim().split(/\s+/).some(isOurs),
    )
    .map((stanza) => stanza.trim())
}

/** `deb [signed-by=…] URI SUITE COMPONENTS` in the newer form, because the two cannot be mixed in one file. */
function asStanza(line: string): string | null {
  const match = /^deb\s+(?:\[([^\]]*)\]\s+)?([^\s[]\S*)\s+(\S+)\s+(\S.*)$/.exec(line)
  if (match === null) return null
  const [, options = '', uri, suite, components] = match
  const signedBy = /(?:^|\s)signed-by=(\S+)/.exec(options)?.[1]
  const key = signedBy === undefined ? [] : [`Signed-By: ${signedBy}`]
  return ['Types: deb', `URIs: ${uri}`, `Suites: ${suite}`, `Components: ${components}`, ...key].join('\n')
}

async function readAcquireOptions(): Promise<readonly string[]> {
  try {
    const { stdout } = await runCommand(['/usr/bin/apt-config', 'dump'], { env: { PATH: '/usr/bin:/bin' } })
    return selectAcquireOptions(stdout.toString('utf8'))
  } catch (error) {
    if (error instanceof CommandError) return []
    throw error
  }
}

/** Proxies, certificates and the like; nothing that runs a program. Pure. */
export function selectAcquireOptions(dump: string): readonly string[] {
  return dump
    .split('\n')
    .filter((line) => /^Acquire::(https?(::|\s)|Check-(Valid-Until|Date)\s)/.test(line) && !/auto-?detect/i.test(line))
    .map((line) => line.replace(/;\s*$/, ''))
}
