/** One revision: no dash at its start, no range, no search through messages, nothing that git would read otherwise. */
const revision = /^[\p{L}\p{N}_@][\p{L}\p{N}\p{M}_./@{}~^+#=%,-]{0,254}$/u

/** Whether this can be handed to git as the name of a commit. Pure. */
export function isRevision(text: string): boolean {
  return revision.test(text) && !text.includes('..') && !text.includes('^{/')
}
