import type { Command } from '../command.ts'

export interface CommandEntry {
  readonly summary: string
  /** Loaded when it is asked for: `--help` need not wait for Redis clients and engines. */
  load(): Promise<Command>
}

export const commands: ReadonlyMap<string, CommandEntry> = new Map(
  Object.entries({
    register: {
      summary: 'register the GitHub App in the browser, from app.yml',
      load: async () => (await import('./register.ts')).register,
    },
    up: {
      summary: 'app and worker on one machine, with a Redis of their own where REDIS_URL is unset',
      load: async () => (await import('./up.ts')).up,
    },
    serve: {
      summary: 'the app alone: takes webhooks, decides who may, queues jobs',
      load: async () => (await import('./serve.ts')).serve,
    },
    work: {
      summary: 'a worker alone: takes jobs from the queue; start as many as you want, on as many machines',
      load: async () => (await import('./work.ts')).work,
    },
    run: {
      summary: 'one job on a local repository, without GitHub',
      load: async () => (await import('./run.ts')).run,
    },
    gates: {
      summary: "what the gates say of any repository's change, or of files: for a hook or for CI",
      load: async () => (await import('./gates.ts')).gates,
    },
    demo: {
      summary: 'a whole installation against a stand-in for GitHub, from label to pull request',
      load: async () => (await import('./demo.ts')).demo,
    },
    doctor: {
      summary: 'what this host enforces, engine by engine, proved by probes that really run',
      load: async () => (await import('./doctor.ts')).doctor,
    },
    images: {
      summary: 'build an image that sandboxes run in, or list those that were built',
      load: async () => (await import('./images.ts')).images,
    },
    sandboxes: {
      summary: 'list the sandboxes that are on this machine, or kill one',
      load: async () => (await import('./sandboxes.ts')).sandboxes,
    },
    changes: {
      summary: 'list the changes that are kept because a gate held or blocked them, or show one',
      load: async () => (await import('./changes.ts')).changes,
    },
    tokens: {
      summary: 'make, list and revoke tokens of the HTTP API, each for one person and some repositories',
      load: async () => (await import('./tokens.ts')).tokens,
    },
    'install-check': {
      summary: 'what is missing or unwise on GitHub: permissions, events, webhook, rules of a repository',
      load: async () => (await import('./install-check.ts')).installCheck,
    },
    policy: {
      summary: 'the policy that holds for a repository, and which file each value is from',
      load: async () => (await import('./policy.ts')).policy,
    },
    audit: {
      summary: 'show, verify or export the record of a job',
      load: async () => (await import('./audit.ts')).audit,
    },
  }),
)
