/**
 * Files that share a process with others, so that what they import is loaded once: their subjects are pure, or have
 * fakes for ports. One that starts programs again and again is slower here, because the process that it would start
 * them from is larger.
 */
export const together: readonly string[] = [
  ...['intake', 'replies', 'repo-policy', 'triggers'].map((folder) => `test/app/${folder}/**/*.test.ts`),
  ...['broker/cloud', 'broker/egress', 'gates', 'setup-plan'].map((folder) => `test/${folder}/**/*.test.ts`),
  'test/pipeline/!(swap-instructions).test.ts',
]
