import type { ChangedFile } from '../../../change/view-change.ts'
import { inertInMsbuild } from './msbuild.ts'
import { inertInPom } from './pom.ts'
import { type Inert, leftOfXml } from './xml-left.ts'

/** Whether a build in XML differs in what is inert alone. */
export function buildsTheSame(file: ChangedFile): boolean {
  const { before, after } = file
  if (before?.text == null || after?.text == null || before.mode !== after.mode) return false
  const inert = inertIn(file, before.text)
  const left = inert === null ? null : leftOfXml(before, inert)
  return left !== null && inert !== null && left === leftOfXml(after, inert)
}

function inertIn({ path }: ChangedFile, before: string): Inert | null {
  if (/(?:^|\/)pom\.xml$/i.test(path)) return inertInPom
  if (!/\.(?:props|targets)$/i.test(path)) return null
  return inertInMsbuild(path, (name) => before.includes(`"${name}"`))
}
