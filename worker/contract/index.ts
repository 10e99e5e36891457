/**
 * The words that every part of Airlock agrees on: what is asked, what comes out, what is found. Imports nothing
 * of ours, so that the app, the worker, the command line and other programs can all depend on it.
 */
export * from './change-set.ts'
export * from './digest.ts'
export * from './finding.ts'
export * from './gates-report.ts'
export * from './held-change.ts'
export * from './job-progress.ts'
export * from './job-report.ts'
export * from './job-request.ts'
export * from './job-summary.ts'
export * from './models.ts'
export * from './names.ts'
export * from './network.ts'
export * from './network-proof.ts'
export * from './outcome.ts'
export * from './policy.ts'
export * from './posture.ts'
export * from './setup-plan.ts'
export * from './status-marker.ts'
export * from './thread-job.ts'
export * from './trigger-event.ts'
