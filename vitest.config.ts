import { configDefaults, defineConfig } from 'vitest/config'
import { slowFiles } from './test/hostile/slow-files.ts'

/** Tests start real servers and sandboxes: two files at a time is what two cores carry. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...slowFiles],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Whole installations on two loaded cores: what fails is run once more, and the report shows that it was.
    retry: 1,
    // The machine's own git configuration must not decide what a test sees.
    env: { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  },
})
