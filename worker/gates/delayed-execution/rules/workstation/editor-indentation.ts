import type { ChangedFile } from '../../../change/view-change.ts'

/** Emacs's variables for how a text looks; their values are numbers and yes or no. */
const indentation =
  /^(?:\s|[()'.]|\b(?:nil|t|-?\d{1,4}|[a-z-]{1,40}-mode|indent-tabs-mode|fill-column|tab-width|[a-z-]{1,30}-(?:basic-offset|indent-level|indent-offset)|sentence-end-double-space|require-final-newline|show-trailing-whitespace)(?![\w-])){1,2000}$/

/** Whether a file of Emacs's for a folder says nothing but how its texts look. */
export function setsIndentation({ path, after }: ChangedFile): boolean {
  const lines = after?.lines.filter((line) => !/^\s{0,40};/.test(line)) ?? []
  return (
    /\.dir-locals(?:-2)?\.el$/.test(path) &&
    lines.length < 200 &&
    lines.every((line) => line === '' || indentation.test(line))
  )
}
