import type { TokenVault } from '../../worker/github/installation-tokens.ts'

/** As the one in Redis, for tests that have none. */
export function createMemoryVault(): TokenVault & { readonly kept: Set<string> } {
  const kept = new Set<string>()
  return {
    kept,
    keep: async (jobId, token) => void kept.add(`${jobId} ${token}`),
    forget: async (jobId, token) => void kept.delete(`${jobId} ${token}`),
    left: async (jobId) =>
      [...kept].filter((entry) => entry.startsWith(`${jobId} `)).map((entry) => entry.slice(jobId.length + 1)),
  }
}
