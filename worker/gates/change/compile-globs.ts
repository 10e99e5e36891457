import picomatch from 'picomatch'

export type PathTest = (path: string) => boolean

/** Extended globs are off, since their repetition can backtrack without end. */
export const globOptions = { dot: true, noextglob: true, nonegate: true }

/**
 * One test for many globs. Case is ignored, because the file systems of macOS and Windows ignore it: `.VSCode` is
 * `.vscode` to the editor that opens the folder there. The policy's schema bounds the stars of its globs.
 */
export function compileGlobs(globs: readonly string[]): PathTest {
  if (globs.includes('**')) return () => true
  if (globs.length === 0) return () => false
  const pattern = new RegExp(globs.map((glob) => picomatch.makeRe(glob, globOptions).source).join('|'), 'i')
  return (path) => pattern.test(path)
}
