import { parse } from 'smol-toml'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { childOf, childrenOf, readXml, textOf } from '../../worker/gates/dependencies/xml.ts'

const sourceSchema = z.looseObject({
  'replace-with': z.string().optional(),
  registry: z.string().optional(),
})
const cargoSchema = z.looseObject({ source: z.record(z.string(), sourceSchema).default({}) })

/** What stands in for crates.io, by the source replacement of cargo's `config.toml`. Empty: nothing does. Pure. */
export function crateRegistriesIn(text: string): readonly string[] {
  const source = sourcesIn(text)
  let name = 'crates-io'
  for (let steps = 0; steps < 10; steps += 1) {
    const next = source[name]?.['replace-with']
    if (next === undefined) break
    name = next
  }
  const registry = source[name]?.registry
  return name === 'crates-io' || registry === undefined ? [] : [registry.replace(/^sparse\+/, '')]
}

const bundlerSchema = z.looseObject({ BUNDLE_MIRROR__ALL: z.string().optional() })

/**
 * The mirror of all sources in Bundler's `config`. One of a single source is left out: told to a sandbox as one of all, it
 * would be asked for the packages of others too. Pure.
 */
export function gemMirrorIn(text: string): string | null {
  try {
    return bundlerSchema.parse(parseYaml(text) ?? {}).BUNDLE_MIRROR__ALL ?? null
  } catch {
    return null
  }
}

function sourcesIn(text: string): z.infer<typeof cargoSchema>['source'] {
  try {
    return cargoSchema.parse(parse(text)).source
  } catch {
    return {}
  }
}

/** The mirrors of Maven's `settings.xml` that Maven's central repository may be asked at. Pure. */
export function mavenMirrorsIn(text: string): readonly string[] {
  const mirrors = childrenOf(childOf(readXml(text), 'mirrors'), 'mirror')
  return mirrors.flatMap((mirror) => {
    const of = (textOf(mirror, 'mirrorOf') ?? '').split(',').map((name) => name.trim())
    const url = textOf(mirror, 'url')
    const isOfCentral = !of.includes('!central') && of.some((name) => ['*', 'external:*', 'central'].includes(name))
    return url !== null && isOfCentral ? [url] : []
  })
}
