import { isUtf8 } from 'node:buffer'
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'
import type { ChangeSet, FileChange, FileVersion } from '../contract/index.ts'

/** What a person reads in a comment; the rest they see in the pull request, or not at all. */
const mostCharacters = 20_000
/** Of a file's two versions together; and how far two versions may be apart before it is only said that they differ. */
const mostBytes = 256 * 1024
const mostEdits = 2000

/** The beginning of a change as a unified diff, in the change's own order, bounded in size and in time. */
export function patchOfChange({ files }: ChangeSet): string {
  let patch = ''
  for (const [at, file] of files.entries()) {
    if (patch.length >= mostCharacters)
      return `${patch.slice(0, mostCharacters)}\n… and ${files.length - at} more files\n`
    patch += patchOfFile(file)
  }
  return patch.length > mostCharacters ? `${patch.slice(0, mostCharacters)}\n… and more of the last file\n` : patch
}

function patchOfFile({ path, before, after }: FileChange): string {
  // A path may hold a line break, and with it lines that look like the diff's own.
  const name = JSON.stringify(path).slice(1, -1)
  const head = modeLine(name, before, after)
  const [old, now] = [textOf(before), textOf(after)]
  if (old === null || now === null || old.length + now.length > mostBytes)
    return `${head}Not shown: not text, or large.\n`
  if (old === now) return head
  const names = [before === null ? '/dev/null' : `a/${name}`, after === null ? '/dev/null' : `b/${name}`] as const
  const options = { context: 3, maxEditLength: mostEdits, headerOptions: FILE_HEADERS_ONLY }
  return `${head}${createTwoFilesPatch(...names, old, now, '', '', options) ?? 'Not shown: it differs too much.\n'}`
}

function modeLine(name: string, before: FileVersion | null, after: FileVersion | null): string {
  if (before === null) return `new file ${after?.mode ?? ''} ${name}\n`
  if (after === null) return `deleted file ${before.mode} ${name}\n`
  return before.mode === after.mode ? `file ${name}\n` : `file ${name}, mode ${before.mode} to ${after.mode}\n`
}

function textOf(version: FileVersion | null): string | null {
  const content = version?.content ?? new Uint8Array()
  return isUtf8(content) && !content.includes(0) ? Buffer.from(content).toString('utf8') : null
}
