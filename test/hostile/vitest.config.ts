import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

const { projects: _, ...shared } = base.test ?? {}

/** `npm run test:hostile`: every engine, and the table at the end. */
export default defineConfig({
  test: {
    ...shared,
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/hostile/**/*.test.ts'],
    exclude: [],
    // One at a time, because the suite also measures how much a neighbour is held up.
    maxWorkers: 1,
    env: { ...shared.env, HOSTILE_MEASURED: '1' },
    reporters: ['default', './test/hostile/report/table-reporter.ts'],
  },
})
