import { readFileSync } from 'node:fs'

const mostGenerations = 8

/**
 * The process of a thread, its parent, and so on upwards, as the host numbers them: strace gives the numbers that
 * fork returns inside the sandbox, which mean nothing here. Empty once it has ended.
 */
export function forebears(pid: number): readonly number[] {
  const found: number[] = []
  let next = pid
  for (let generation = 0; generation < mostGenerations && next > 1; generation++) {
    const status = readStatus(next)
    const process = numberOf(/^Tgid:\s*(\d+)$/m, status)
    const parent = numberOf(/^PPid:\s*(\d+)$/m, status)
    if (process === 0) break
    found.push(process, parent)
    next = parent
  }
  return found
}

const numberOf = (field: RegExp, status: string) => Number(field.exec(status)?.[1] ?? 0)

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
