import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAwsFrameReader } from '../../../worker/broker/gateway/cloud/aws-frames.ts'
import { frameOf } from '../../model/start-bedrock.ts'

describe('frames of AWS', () => {
  it('are read as AWS’s own library writes them, however they are cut', () => {
    const texts = fc.record({ type: fc.string({ maxLength: 40 }), text: fc.string({ maxLength: 300 }) })
    const sizes = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 })
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 5 }), sizes, (messages, cuts) => {
        const bytes = Buffer.concat(messages.map(({ type, text }) => frameOf({ ':event-type': type }, { text })))
        const reader = createAwsFrameReader()
        const frames = inPieces(bytes, cuts).flatMap((piece) => reader.push(piece))

        expect(frames.map(({ headers }) => headers.get(':event-type'))).toEqual(messages.map(({ type }) => type))
        expect(frames.map(({ payload }) => JSON.parse(payload.toString('utf8')))).toEqual(
          messages.map(({ text }) => ({ text })),
        )
        expect(reader.isOpen).toBe(false)
      }),
    )
  })

  it('are either read or refused, never waited for without end: any bytes', () => {
    const whole = frameOf({ ':event-type': 'chunk' }, { bytes: 'aGVsbG8=' })
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const spoilt = Buffer.from(whole)
        spoilt.writeUInt8((whole[at] ?? 0) ^ change, at)

        expect(() => createAwsFrameReader().push(spoilt)).toThrow(RangeError)
      }),
    )
  })
})

function inPieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}
