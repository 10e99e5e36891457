import { describe, expect, it } from 'vitest'
import { readFrames } from '../../../worker/sandbox/container/read-frames.ts'

function frame(stream: number, text: string): Buffer {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(text.length, 4)
  return Buffer.concat([header, Buffer.from(text)])
}

async function read(pieces: readonly Buffer[]) {
  const shown = { stdout: '', stderr: '' }
  const order: string[] = []
  const connection = (async function* () {
    yield* pieces
  })()
  for await (const { stream, chunk } of readFrames(connection)) {
    shown[stream] += chunk.toString()
    order.push(stream)
  }
  return { ...shown, order }
}

const bytes = Buffer.concat([frame(1, 'hello '), frame(2, 'oops'), frame(1, ''), frame(1, 'world')])

describe('the frames of an attached container', () => {
  it('are told apart by stream and come in order', async () => {
    const seen = await read([bytes])

    expect(seen).toEqual({ stdout: 'hello world', stderr: 'oops', order: ['stdout', 'stderr', 'stdout'] })
  })

  it.each([1, 2, 3, 7, 8, 9, 13])('may be cut anywhere: into pieces of %i bytes', async (size) => {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    )

    expect(await read(pieces)).toMatchObject({ stdout: 'hello world', stderr: 'oops' })
  })
})
