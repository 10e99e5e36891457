/** Runs one of the project's commands on Node 24 after setting up what it needs. Plain JavaScript for Node 20. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { projectRoot, setUp } from './set-up.mjs'

/**
 * Node sizes its heap by the machine's memory: app and worker, which live for months, would fill some hundred MiB each
 * with garbage before any is collected. These have it collected when half of what is alive has come to it.
 */
const nodeFlags = JSON.parse(readFileSync(join(projectRoot, 'cli/node-flags.json'), 'utf8'))

/** What each command runs with Node 24, one after the other, and whether it needs the development packages. */
const commands = {
  setup: { dev: true, steps: [] },
  demo: { dev: false, steps: [['cli/airlock.ts', 'demo']] },
  airlock: { dev: false, flags: nodeFlags, steps: [['cli/airlock.ts']] },
  actions: { dev: false, runner: true, flags: nodeFlags, steps: [['workflows/main.ts']] },
  test: { dev: true, steps: [['node_modules/vitest/vitest.mjs', 'run']] },
  'test:hostile': {
    dev: true,
    steps: [['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/hostile/vitest.config.ts']],
  },
  check: { dev: true, steps: [['scripts/check.ts']] },
  bench: { dev: true, bench: true, steps: [['bench/main.ts']] },
  agents: { dev: true, steps: [['scripts/try-agents.ts']] },
  'package-managers': { dev: true, steps: [['scripts/try-package-managers.ts']] },
  docs: { dev: true, steps: [['scripts/write-reference.ts']] },
  releases: { dev: false, steps: [['scripts/write-releases.ts']] },
}

const [name, ...rest] = process.argv.slice(2)
const command = commands[name]
if (command === undefined) {
  process.stderr.write(`usage: node scripts/run.mjs ${Object.keys(commands).join('|')} [ARGS]\n`)
  process.exit(2)
}

const node = setUp(command)
for (const [script, ...args] of command.steps) {
  const status = await run([...(command.flags ?? []), join(projectRoot, script), ...args, ...rest])
  if (status !== 0) process.exit(status)
}

/** Signals go to the whole foreground group; the child decides how to end, we only wait for it. */
function run(args) {
  const env = {
    // Stripping types and compiling is half of what starting takes.
    NODE_COMPILE_CACHE: join(projectRoot, '.airlock/compile-cache'),
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
  }
  const child = spawn(node, args, { stdio: 'inherit', env, cwd: name === 'airlock' ? process.cwd() : projectRoot })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
