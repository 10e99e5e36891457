import { canonical } from '../../../change/read-value.ts'
import type { ChangedFile } from '../../../change/view-change.ts'
import type { Change } from '../../rule.ts'
import { isNoOlder, readImage } from './action-reference.ts'
import { isVersion } from './workflow-values.ts'

/** A comment that says which program reads the file, and how. */
const directive = /^\s{0,50}#\s{0,10}(?:syntax|escape|check)\s{0,10}=/i
const base = /^FROM (?:--platform=\S{1,60} )?(\S{1,200})(?: AS [\w.-]{1,60})?$/i
const argument = /^(ARG [A-Z_]{0,60}VERSION)=["']?([\w.-]{1,40})["']?$/

/** Whether an image is built, or containers are started, as before: but for comments and no older releases of the same. */
export function buildsTheSameImage(file: ChangedFile, { read }: Change): boolean {
  const { path, before, after } = file
  if (before?.text == null || after?.text == null || before.mode !== after.mode) return false
  if (/\.ya?ml$/i.test(path)) {
    const [old, now] = [before, after].map((side) => read(side, 'yaml'))
    return old?.ok === true && now?.ok === true && canonical(old.value) === canonical(now.value)
  }
  // In a text within the file the same lines are something else.
  if (!/dockerfile|containerfile/i.test(path) || [before, after].some(({ text }) => text?.includes('<<'))) return false
  const [old, now] = [before, after].map(({ lines }) => lines.filter(isRead))
  return old?.length === now?.length && (now ?? []).every((line, index) => isSameLine(line, old?.[index] ?? ''))
}

function isRead(line: string): boolean {
  return line.trim() !== '' && (!/^\s{0,50}#/.test(line) || directive.test(line))
}

function isSameLine(line: string, old: string): boolean {
  if (line === old) return true
  const [image, was] = [line, old].map((one) => readImage(base.exec(one)?.[1] ?? ''))
  if (image?.level === 'release' && was?.level === 'release') {
    const rest = [line, old].map((one) => one.replace(base.exec(one)?.[1] ?? '', 'image'))
    return image.name === was.name && isNoOlder(image.reference, was.reference) && rest[0] === rest[1]
  }
  const [given, gave] = [argument.exec(line), argument.exec(old)]
  return (
    given?.[1] !== undefined &&
    given[1] === gave?.[1] &&
    isVersion(given[2]) &&
    isNoOlder(given[2] ?? '', gave[2] ?? '')
  )
}
