import { fixTheBug } from '../model/fix-the-bug.ts'

/** The files of a package whose one function is wrong, and whose one test says so. */
export const bugFiles: Readonly<Record<string, string>> = {
  'add.js': 'exports.add = (a, b) => a - b\n',
  'add.test.js': [
    "const { equal } = require('node:assert')",
    "const { test } = require('node:test')",
    "const { add } = require('./add.js')",
    "test('adds', () => equal(add(2, 3), 5))",
    '',
  ].join('\n'),
}

/** What a scripted model has an agent do about it: read, mend, run the test, finish. */
export const mendTheBug = fixTheBug({
  path: 'add.js',
  from: 'a - b',
  to: 'a + b',
  test: 'node --test --test-reporter=tap',
  passed: /^# fail 0$/m,
  summary: 'add() adds now.',
})
