import type { Policy } from '../../worker/contract/index.ts'

const mebibyte = 1024 * 1024
const gibibyte = 1024 * mebibyte

/** What an empty airlock.yml means. It fills what no level has set; it bounds nothing but the permission. */
export const defaultPolicy: Policy = {
  agent: 'claude',
  image: 'host',
  isolation: 'process',
  // Without `run` the repository's own files say what to run, and without `network` where from.
  setup: { secrets: [] },
  network: [],
  limits: {
    wallMs: 30 * 60_000,
    memoryBytes: 4 * gibibyte,
    cpus: 2,
    pids: 512,
    diskBytes: 10 * gibibyte,
    outputBytes: 64 * mebibyte,
    costUsd: 5,
  },
  silenceMs: 15 * 60_000,
  // GitHub refuses a push that touches workflows from an App without that permission: better said before the work.
  gates: { licenses: {}, protected: ['.github/workflows/**'] },
  triggers: { label: 'airlock', command: '/airlock', permission: 'write' },
  handoff: { draft: true, ci: 'run' },
}
