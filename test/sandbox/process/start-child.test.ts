import { mkdtemp, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runCommand } from '../../../worker/process/run-command.ts'
import { createSparePipes } from '../../../worker/sandbox/process/spare-pipes.ts'
import { ownIdentity } from '../../../worker/sandbox/reaper/process-identity.ts'

const program = fileURLToPath(new URL('./late-writer.ts', import.meta.url))

it('starts a command while the last one in its pipes ends, and waits for nobody', async () => {
  const folder = await mkdtemp('/tmp/airlock-pipes-')
  try {
    const pipes = await createSparePipes('mkfifo', folder, ownIdentity()).take()

    // A program of its own: opening a pipe that nobody reads stops all of a process.
    const run = runCommand([process.execPath, program, pipes], { timeoutMs: 30_000 })

    expect((await run).stdout.toString()).toBe('input')
  } finally {
    await rm(folder, { recursive: true })
  }
})
