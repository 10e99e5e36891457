#!/usr/bin/env node
/** `airlock` itself: hands over to Node 24, which runs TypeScript as it is. */
process.argv.splice(2, 0, 'airlock')
await import('../scripts/run.mjs')
