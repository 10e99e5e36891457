import { assignmentAt } from './find-assignments.ts'
import type { Detector } from './secret-match.ts'

/** Bundler reads a source's user and password from a variable that is named for its host. */
const variable = /^BUNDLE_[A-Z0-9_]+$/i
const credentials = /^[\w.-]{3,100}:[\w.-]{6,200}$/

export const bundlerDetector: Detector = {
  keywords: ['bundle_'],
  find(text, at) {
    const found = assignmentAt(text, at)
    if (found === null || !isForHost(found.name) || !credentials.test(found.value.replace(/;$/, ''))) return null
    const { start, end } = found
    return { rule: 'bundler-credentials', what: "a gem server's user and password", certainty: 'likely', start, end }
  },
}

/** `BUNDLE_GEMS__EXAMPLE__COM`: two underscores stand for a dot. */
function isForHost(name: string): boolean {
  return variable.test(name) && name.slice('BUNDLE_'.length + 1, -1).includes('__')
}
