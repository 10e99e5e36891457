/** The broker as a worker opens it for one phase, with a name service that leads to the bench's own server. */
import { z } from 'zod'
import { openWorld, publicAddress } from '../../test/broker/broker-world.ts'
import { servePart } from '../start-part.ts'
import { upstreamName } from './upstream-facts.ts'

const ports = z.object({ HTTP_PORT: z.coerce.number(), HTTPS_PORT: z.coerce.number() }).parse(process.env)
const world = await openWorld({
  egress: [upstreamName],
  names: { [upstreamName]: [publicAddress] },
  routes: { [`${publicAddress}:80`]: ports.HTTP_PORT, [`${publicAddress}:443`]: ports.HTTPS_PORT },
})
servePart({ socketPath: world.socketPath }, { end: () => world[Symbol.asyncDispose]() })
