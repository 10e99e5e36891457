import { readFileSync } from 'node:fs'

/** Lines that an agent's CLI really printed, one for each event. */
export function readRecorded(name: string): string[] {
  return readFileSync(new URL(`recorded/${name}.jsonl`, import.meta.url), 'utf8').split('\n')
}
