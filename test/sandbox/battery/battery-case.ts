import type { SandboxBench } from './sandbox-bench.ts'

/**
 * One thing that must hold whoever the worker is. It runs in a process of its own, as root or as an ordinary user,
 * and says what it saw; the test compares that with what it should have seen.
 */
export interface BatteryCase {
  readonly name: string
  readonly run: (bench: SandboxBench) => Promise<{ readonly seen: unknown; readonly expected: unknown }>
}
