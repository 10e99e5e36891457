/** One file or folder of an initial memory disk. Folders have no content. */
export interface RamfsEntry {
  readonly path: string
  readonly content: Buffer | null
  readonly executable?: boolean
}

const folderMode = 0o040755
const fileMode = 0o100644
const executableBits = 0o111

/** The archive that a kernel unpacks into its memory at the start: cpio's `newc` format. Pure, and always the same. */
export function packInitramfs(entries: readonly RamfsEntry[]): Buffer {
  const records = entries.map(({ path, content, executable }, index) =>
    record(
      path,
      index + 1,
      content === null ? folderMode : fileMode | (executable === true ? executableBits : 0),
      content,
    ),
  )
  return Buffer.concat([...records, record('TRAILER!!!', 0, 0, null)])
}

function record(path: string, inode: number, mode: number, content: Buffer | null): Buffer {
  const name = Buffer.from(`${path}\0`)
  const size = content?.length ?? 0
  // inode, mode, uid, gid, links, time, size, device (two), device of the file (two), length of the name, checksum
  const fields = [inode, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name.length, 0]
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`)
  return Buffer.concat([padded(Buffer.concat([header, name])), padded(content ?? Buffer.alloc(0))])
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}
