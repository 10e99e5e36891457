import type { Gate } from '../pipeline/ports/index.ts'
import { delayedExecutionGate } from './delayed-execution/delayed-execution-gate.ts'
import { licensesGate } from './licenses/licenses-gate.ts'
import { secretsGate } from './secrets/secrets-gate.ts'
import { sizeGate } from './size-gate.ts'

/** Every gate, in the order in which a person reads their answers. */
export const gates: readonly Gate[] = [secretsGate, licensesGate, delayedExecutionGate, sizeGate]
