import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'
import { slowFiles } from './test/hostile/slow-files.ts'
import { retry, sequence } from './test/longest-first.ts'
import { together } from './test/together.ts'

const exclude = [...configDefaults.exclude, ...slowFiles]

/** Tests start real servers and sandboxes: two files at a time is what two cores carry. */
export default defineConfig({
  test: {
    exclude,
    pool: 'forks',
    maxWorkers: 2,
    // Patience for a machine that does something else as well: no test asserts a time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    retry,
    sequence,
    env: {
      // The machine's own git configuration must not decide what a test sees.
      ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
      // Programs of ours start hundreds of times, and need not compile each time what was compiled before.
      NODE_COMPILE_CACHE: fileURLToPath(new URL('.airlock/compile-cache', import.meta.url)),
    },
    // In the order of their names: what is short comes last, and fills both cores to the end.
    projects: [
      {
        extends: true,
        test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: [...exclude, ...together] },
      },
      { extends: true, test: { name: 'together', include: [...together], isolate: false } },
    ],
  },
})
