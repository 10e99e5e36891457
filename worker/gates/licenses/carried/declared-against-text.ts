import type { GateInput } from '../../../pipeline/ports/index.ts'
import type { ChangedFile } from '../../change/view-change.ts'
import { isLicenseFile } from './classify-file.ts'
import { declaredLicense, isManifest } from './declared-licenses.ts'
import { readLicenses } from './read-licenses.ts'
import { comparableIds, isAmong } from './same-license.ts'

/** A manifest that declares one license, and a text beside it that is another's. */
export interface Contradiction {
  readonly path: string
  readonly line: number | null
  readonly declared: string
  readonly textPath: string
  readonly text: string
}

/** Where the change makes a manifest and the text beside it say different things. Pure but for the list. */
export async function contradictions(files: readonly ChangedFile[], base: GateInput['base']): Promise<Contradiction[]> {
  const sides = (side: 'before' | 'after') =>
    new Map(files.map((file) => [file.path, file[side]?.text ?? null] as const))
  const after = new Map<string, string | null>([...(base.texts ?? []), ...sides('after')])
  const before = new Map<string, string | null>([...(base.texts ?? []), ...sides('before')])
  const touched = new Set(
    files.filter(({ path }) => isManifest(path) || isLicenseFile(path)).map(({ path }) => folderOf(path)),
  )
  const found: Contradiction[] = []
  for (const [path, text] of after) {
    if (!isManifest(path) || text === null || !touched.has(folderOf(path))) continue
    const now = await contradiction(path, text, after)
    const then = now === null ? null : await contradiction(path, before.get(path) ?? '', before)
    const isNew = now !== null && (then === null || then.declared !== now.declared || then.text !== now.text)
    if (isNew) found.push(now)
  }
  return found
}

async function contradiction(
  path: string,
  manifest: string,
  all: ReadonlyMap<string, string | null>,
): Promise<Contradiction | null> {
  const declared = declaredLicense(path, manifest)
  if (declared === null) return null
  const ids = new Set(declared === 'UNLICENSED' ? ['UNLICENSED'] : comparableIds(declared))
  const texts = await textsBeside(path, all)
  const [first] = texts
  // A declaration that is no SPDX expression cannot be compared; bundled texts may stand beside the own one.
  if (ids.size === 0 || first === undefined || texts.some(({ names }) => names.some((name) => isAmong(name, ids))))
    return null
  const line = manifest.split('\n').findIndex((row) => /license/i.test(row) && row.includes(declared))
  return { path, line: line === -1 ? null : line + 1, declared, textPath: first.path, text: first.names.join(' AND ') }
}

async function textsBeside(path: string, all: ReadonlyMap<string, string | null>) {
  const found: { path: string; names: string[] }[] = []
  for (const [other, text] of all) {
    if (text === null || !isLicenseFile(other) || folderOf(other) !== folderOf(path)) continue
    const licenses = await readLicenses(text.split(/\r?\n/), 'license')
    const names = licenses.filter(({ how, sure }) => how === 'text' && sure).map(({ expression }) => expression)
    if (names.length > 0) found.push({ path: other, names: [...new Set(names)] })
  }
  return found
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}
