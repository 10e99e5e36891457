import {
  type DestroyProof,
  type ExecRequest,
  type ExecResult,
  type Sandbox,
  SandboxError,
} from '../../pipeline/ports/index.ts'
import { assertRunnable } from './assert-runnable.ts'

/** What an engine does for one sandbox. Never called twice at once. */
export interface SandboxActs {
  /** Its signal is aborted too when the sandbox is destroyed. */
  run(request: ExecRequest): Promise<ExecResult>
  /** Called once, when no command runs any more. Looks what is left instead of believing that nothing is. */
  remove(): Promise<DestroyProof>
}

/** The sandbox as the port has it: commands run one at a time, and destroying it ends the one that runs. */
export function sequentialSandbox(id: string, acts: SandboxActs): Sandbox {
  const gone = new AbortController()
  let last: Promise<unknown> = Promise.resolve()
  let proof: Promise<DestroyProof> | null = null

  const exec = async (request: ExecRequest): Promise<ExecResult> => {
    assertRunnable(request)
    const signal = AbortSignal.any([request.signal, gone.signal])
    const run = last.then(() => {
      if (gone.signal.aborted) throw new SandboxError('start-failed', 'the sandbox is destroyed')
      return acts.run({ ...request, signal })
    })
    last = run.catch(() => {})
    return run
  }

  const destroy = async (): Promise<DestroyProof> => {
    gone.abort()
    await last
    proof ??= acts.remove()
    return proof
  }

  return {
    id,
    exec,
    destroy,
    [Symbol.asyncDispose]: async () => {
      const left = await destroy()
      if (left.processes + left.mounts + left.groups > 0) {
        throw new SandboxError('not-destroyed', `left of the sandbox: ${JSON.stringify(left)}`)
      }
    },
  }
}
