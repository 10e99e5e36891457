/**
 * What the pipeline needs of the rest of the worker. The pipeline owns these; engines, git, GitHub, broker and audit
 * implement them, and only a composition root in cli/ puts them together.
 */
export * from './agents.ts'
export * from './broker.ts'
export * from './checkpoints.ts'
export * from './elsewhere.ts'
export * from './folders.ts'
export * from './github.ts'
export * from './held-changes.ts'
export * from './images.ts'
export * from './registries.ts'
export * from './reporting.ts'
export * from './sandbox.ts'
export * from './secrets.ts'
export * from './sessions.ts'
export * from './snapshots.ts'
export * from './source.ts'
export * from './spending.ts'
