import type { ControlGroup } from './control-group.ts'

/** The way to a command. */
export interface Start extends Disposable {
  /** The command is there: what runs from now on is the job's. */
  over(): void
}

/** However long nobody says that the command is there. */
const longestMs = 10_000

/**
 * Gives a sandbox the usual weight until its command begins. What an engine starts on the way there is not the job's, and
 * comes one after the other: at a job's weight each of them waits for a busy machine in turn, and a start of class
 * `gvisor` beside four busy programs took six times as long.
 */
export function weighStart(group: Pick<ControlGroup, 'weigh'>): Start {
  group.weigh('start')
  const over = () => {
    clearTimeout(timer)
    group.weigh('job')
  }
  const timer = setTimeout(over, longestMs).unref()
  return { over, [Symbol.dispose]: over }
}
