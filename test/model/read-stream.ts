import { createParser } from 'eventsource-parser'
import { z } from 'zod'

const eventSchema = z.looseObject({ type: z.string() })
export type StreamEvent = z.infer<typeof eventSchema>

/** The events of a streamed answer, each with the name that its frame had equal to its type. */
export async function readStream(response: Response): Promise<StreamEvent[]> {
  const events: StreamEvent[] = []
  const parser = createParser({
    onEvent({ event, data }) {
      const parsed = eventSchema.parse(JSON.parse(data))
      if (parsed.type !== event) throw new Error(`${event} carries ${parsed.type}`)
      events.push(parsed)
    },
  })
  parser.feed(await response.text())
  return events
}
