import type { ParsedPolicy, PolicyProblem } from './parse-policy.ts'

/**
 * What a repository brings for an agent runs inside of it. Nobody but the organisation or the operator opens that: a
 * level may load it only where every level above says so, and there is one.
 */
export function findLoadedSettings(
  levels: readonly ParsedPolicy[],
  repository: ParsedPolicy | null,
): readonly PolicyProblem[] {
  return levels.flatMap((level, index) => {
    if (level.file['agent-settings'] !== 'load') return []
    const above = levels.slice(0, index).map(({ name, file }) => ({ name, says: file['agent-settings'] }))
    const refusing = above.find(({ says }) => says === 'ignore')
    const isOpened = above.some(({ says }) => says === 'load')
    if (refusing === undefined && (isOpened || level !== repository)) return []
    const why =
      refusing === undefined ? 'neither the organisation nor the operator says so' : `${refusing.name} ignores`
    const message = `load is for the organisation to allow: ${why}`
    return [{ file: level.name, path: 'agent-settings', line: level.lineOf(['agent-settings']), message }]
  })
}
