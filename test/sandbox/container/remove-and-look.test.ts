import { describe, expect, it } from 'vitest'
import { SandboxError } from '../../../worker/pipeline/ports/index.ts'
import { removeAndLook } from '../../../worker/sandbox/container/remove-and-look.ts'

const state = { pid: 0, memoryKilled: false, rootMount: null }
const busy = new SandboxError('start-failed', 'the Engine could not remove the container: device or resource busy')
const gone = new SandboxError('unavailable', 'nobody answers')

/** An Engine that answers removals with these, one after the other, and has the container until one is `removed`. */
function engineThat(...answers: readonly ('removed' | 'kept' | SandboxError)[]) {
  const asked: string[] = []
  let there = true
  return {
    asked,
    async remove(name: string) {
      const answer = answers[Math.min(asked.push(name), answers.length) - 1]
      if (answer instanceof SandboxError) throw answer
      there = answer !== 'removed'
    },
    inspect: async () => (there ? state : null),
  }
}

describe('removing a container', () => {
  it('asks again where the Engine could not at this moment', async () => {
    const engine = engineThat(busy, 'kept', 'removed')

    expect(await removeAndLook(engine, 'airlock-1', 10_000)).toBe(true)
    expect(engine.asked).toEqual(['airlock-1', 'airlock-1', 'airlock-1'])
  })

  it('does not say that one is gone which is still there in the end', async () => {
    expect(await removeAndLook(engineThat('kept'), 'airlock-1', 50)).toBe(false)
    expect(await removeAndLook(engineThat(busy), 'airlock-1', 50)).toBe(false)
  })

  it('waits for no Engine that is gone', async () => {
    const engine = engineThat(gone)

    expect(await removeAndLook(engine, 'airlock-1', 60_000)).toBe(false)
    expect(engine.asked).toHaveLength(1)
  })
})
