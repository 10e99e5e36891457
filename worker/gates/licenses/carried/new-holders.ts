import type { GateInput } from '../../../pipeline/ports/index.ts'
import { isFixture } from '../../change/classify-path.ts'
import type { ChangedFile } from '../../change/view-change.ts'
import { commentBlocks, plainBlock } from '../headers/comment-blocks.ts'
import { copyrightHolders } from '../headers/copyright-holders.ts'
import { kindOfFile } from './classify-file.ts'

export interface NewHolder {
  readonly holder: string
  readonly path: string
  readonly line: number
}

/** Who holds the copyright of a license's own text, which every copy of it says. */
const steward = /^(?:the )?(?:free software foundation|perl foundation|sam hocevar)/i
const notice = /copyright|©|\(c\)/i

/** Holders of a copyright who come in with the change, each once: in no file of it before, and not the repository's own. Pure. */
export function newHolders(files: readonly ChangedFile[], base: GateInput['base']): NewHolder[] {
  const known = [
    ...(base.texts ?? new Map<string, string>()).values(),
    ...files.map(({ before }) => before?.text ?? ''),
  ]
    .filter((text) => notice.test(text))
    .join('\n')
    .toLowerCase()
  const found = new Map<string, NewHolder>()
  for (const { path, after, added } of files) {
    const fresh = new Set(
      added.filter(({ text, moved }) => !moved && notice.test(text)).map(({ number }) => number - 1),
    )
    const kind = kindOfFile(path)
    if (after === null || fresh.size === 0 || isFixture(path) || kind === 'data' || kind === 'prose') continue
    const blocks = kind === 'code' ? commentBlocks(after.lines) : [plainBlock(after.lines)]
    for (const { holder, index } of blocks.flatMap(copyrightHolders)) {
      if (kind === 'license' && steward.test(holder)) continue
      const key = holder.toLowerCase()
      if (fresh.has(index) && !known.includes(key) && !found.has(key)) found.set(key, { holder, path, line: index + 1 })
    }
  }
  return [...found.values()]
}
