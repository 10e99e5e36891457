import fc from 'fast-check'
import { expect, it } from 'vitest'
import { overlaps } from '../../../../worker/gates/secrets/detect/overlaps.ts'

const places = fc.array(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 5 })), { maxLength: 30 }).map((steps) => {
  let at = 0
  return steps.map(([gap, length]) => {
    const start = at + gap
    at = start + length
    return { start, end: at }
  })
})

it('says what looking at each of them would say', () => {
  fc.assert(
    fc.property(places, fc.nat(150), fc.integer({ min: 1, max: 10 }), (apart, start, length) => {
      const place = { start, end: start + length }
      const isAny = apart.some((one) => one.start < place.end && place.start < one.end)

      expect(overlaps(apart, place)).toBe(isAny)
    }),
    { numRuns: 1000 },
  )
})

it('takes places that touch for apart', () => {
  expect(overlaps([{ start: 2, end: 5 }], { start: 5, end: 7 })).toBe(false)
  expect(overlaps([{ start: 2, end: 5 }], { start: 0, end: 2 })).toBe(false)
  expect(overlaps([{ start: 2, end: 5 }], { start: 4, end: 7 })).toBe(true)
})
