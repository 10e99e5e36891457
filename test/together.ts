/**
 * Files that share a process with others, so that what they import is loaded once: half of what most of them cost. Not
 * who has Node's own HTTP client replaced (nock), which is replaced for all; nor who starts programs again and again other
 * than by `runCommand`: the process that they would be started from is larger.
 */
export const together: readonly string[] = [
  ...['api', 'intake', 'replies', 'repo-policy', 'schedules', 'setup', 'triggers', 'webhooks'].map(
    (folder) => `test/app/${folder}/**/*.test.ts`,
  ),
  'test/app/*.test.ts',
  ...['audit', 'bench', 'broker/cloud', 'broker/egress', 'docs', 'gates', 'patterns', 'registries', 'setup-plan'].map(
    (folder) => `test/${folder}/**/*.test.ts`,
  ),
  'test/broker/!(real-clients).test.ts',
  'test/model/*.test.ts',
  'test/pipeline/!(swap-instructions).test.ts',
  'test/queue/!(worker-*|life|redis-loss|embedded-redis|rounds).test.ts',
]
