/**
 * The distance to GitHub: hands bytes on at once in one direction, and a moment later in the other. The stand-in is on
 * this machine and answers at once; an app that waits for nothing would keep it, and its git, on the processors all
 * the time, which the real GitHub never is.
 */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { z } from 'zod'
import { portOf } from '../../test/broker/broker-world.ts'
import { servePart } from '../start-part.ts'

const { DELAY_MS } = z.object({ DELAY_MS: z.coerce.number() }).parse(process.env)
const targetSchema = z.object({ port: z.int() })
let target = 0

const server = createServer((near) => {
  const far = connect(target, '127.0.0.1')
  near.on('error', () => far.destroy()).once('close', () => far.destroy())
  far.on('error', () => near.destroy()).once('close', () => near.destroy())
  near.pipe(far)
  far.on('data', (bytes) => {
    setTimeout(() => near.write(bytes), DELAY_MS)
  })
}).listen(0, '127.0.0.1')
await once(server, 'listening')

servePart(
  { port: portOf(server) },
  {
    async answer(message) {
      target = targetSchema.parse(message).port
      return {}
    },
  },
)
