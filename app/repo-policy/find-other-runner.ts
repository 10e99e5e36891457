import type { ParsedPolicy, PolicyProblem } from './parse-policy.ts'

/** Where jobs run the highest level says that says anything: whoever sees code and keys there is not for those below. */
export function findOtherRunner(levels: readonly ParsedPolicy[]): readonly PolicyProblem[] {
  const deciding = levels.find(({ file }) => file['runs-on'] !== undefined)
  const says = deciding?.file['runs-on']
  return levels.flatMap((level) => {
    const asked = level.file['runs-on']
    if (asked === undefined || asked === says) return []
    const message = `${asked} is not allowed by ${deciding?.name}, which says ${says}`
    return [{ file: level.name, path: 'runs-on', line: level.lineOf(['runs-on']), message }]
  })
}
