import { actionsOverhead } from './actions-overhead.ts'
import type { Bench } from './bench.ts'
import { broker } from './broker.ts'
import { engineCrowd } from './engine-crowd.ts'
import { engineStart } from './engine-start.ts'
import { engineWork } from './engine-work.ts'
import { gates } from './gates.ts'
import { gateway } from './gateway.ts'
import { jobOverhead } from './job-overhead.ts'
import { memory } from './memory.ts'
import { sandboxStart } from './sandbox-start.ts'
import { setupCache } from './setup-cache.ts'
import { setupSize } from './setup-size.ts'
import { triggerBurst } from './trigger-burst.ts'
import { webhookAck } from './webhook-ack.ts'
import { workspace } from './workspace.ts'

export const benches: ReadonlyMap<string, Bench> = new Map([
  ['sandbox-start', sandboxStart],
  ['engine-start', engineStart],
  ['engine-work', engineWork],
  ['engine-crowd', engineCrowd],
  ['webhook-ack', webhookAck],
  ['trigger-burst', triggerBurst],
  ['job-overhead', jobOverhead],
  ['actions-overhead', actionsOverhead],
  ['broker', broker],
  ['gateway', gateway],
  ['setup-cache', setupCache],
  ['setup-size', setupSize],
  ['workspace', workspace],
  ['gates', gates],
  ['memory', memory],
])
