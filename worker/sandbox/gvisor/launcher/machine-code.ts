/** A program of system calls and little else, as far as a launcher needs one. Pure; what machines do with it is beside this. */

/** A plain word, or so many bytes from where the stack pointer is at the start: there lie the count, the arguments and the variables. */
export type Word = number | { readonly stack: number }

export type Step =
  | { readonly kind: 'call'; readonly number: number; readonly words: readonly Word[] }
  | { readonly kind: 'label'; readonly label: string }
  /** `other`: the last call did not return what is kept. */
  | { readonly kind: 'jump'; readonly when: 'failed' | 'zero' | 'not-missing' | 'other'; readonly label: string }
  /** Keeps what the last call returned. */
  | { readonly kind: 'keep' }
  /** Ends as the child did whose status is there: with its exit code, or with 128 and the number of its signal. */
  | { readonly kind: 'end-as'; readonly status: number; readonly exitCall: number }

/** How one machine says it. Jumps are of one size, so that distances can be told before they are known. */
export interface Encoder {
  /** ELF's name of the machine. */
  readonly elfMachine: number
  readonly start: Buffer
  /** `distance`: bytes from the start of this step to its label. */
  encode(step: Exclude<Step, { kind: 'label' }>, distance: number): Buffer
}

/** The bytes of these steps. Throws RangeError where a jump leads nowhere. */
export function assemble(encoder: Encoder, steps: readonly Step[]): Buffer {
  const labels = new Map<string, number>()
  let at = encoder.start.length
  for (const step of steps) {
    if (step.kind === 'label') labels.set(step.label, at)
    else at += encoder.encode(step, 0).length
  }
  const parts = [encoder.start]
  at = encoder.start.length
  for (const step of steps) {
    if (step.kind === 'label') continue
    const target = step.kind === 'jump' ? labels.get(step.label) : at
    if (target === undefined) throw new RangeError('a jump leads nowhere')
    const code = encoder.encode(step, target - at)
    parts.push(code)
    at += code.length
  }
  return Buffer.concat(parts)
}
