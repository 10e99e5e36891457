/** What runsc has of its own: sentry, gofer, their threads, and bwrap around them. */
const ownTasks = 512
/**
 * With `ptrace` each address space inside gets two threads out here for each thread of the sentry's that ever went
 * into it, and none of them ends before the sandbox. Sixty programs of a fork bomb came to 17 each, fifty loops that
 * start programs in turn to 48 each.
 */
const tasksOfOne = 48

/**
 * How many tasks of the host a sandbox may have for so many processes inside. Pure. A sentry that is refused one more
 * dies, so it is far more than the processes that are counted inside, but never so much that the host has none left.
 * @param mostOnHost how many there can be on the whole machine (kernel.pid_max)
 */
export function hostTasks(processes: number, mostOnHost: number): number {
  return Math.min(processes * tasksOfOne + ownTasks, Math.floor(mostOnHost / 4))
}
