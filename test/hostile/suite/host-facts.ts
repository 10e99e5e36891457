import { readFile } from 'node:fs/promises'
import { hostname, release } from 'node:os'
import { basename } from 'node:path'

/** What attempts compare what they learn with. */
export async function readHostFacts(folder: string): Promise<Readonly<Record<string, string>>> {
  const [bootId, memory, stat, line] = await Promise.all(
    ['/proc/sys/kernel/random/boot_id', '/proc/meminfo', '/proc/stat', '/proc/cmdline'].map((path) =>
      readFile(path, 'utf8'),
    ),
  )
  return {
    kernel: release(),
    host_name: hostname(),
    boot_id: bootId?.trim() ?? '',
    memory: /^MemTotal: *(\d+)/m.exec(memory ?? '')?.[1] ?? '',
    started: /^btime (\d+)/m.exec(stat ?? '')?.[1] ?? '',
    kernel_line: line?.trim() ?? '',
    folder_name: basename(folder),
  }
}
