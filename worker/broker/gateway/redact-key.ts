import { Transform } from 'node:stream'

/**
 * Blots the real key out of whatever an upstream answers: error pages and debugging proxies repeat request headers.
 * Same length, so that Content-Length stays true. Holds bytes back only while they could be the key's beginning.
 */
export function createKeyRedactor(apiKey: string): Transform {
  const key = Buffer.from(apiKey)
  let held = Buffer.alloc(0)
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const data = Buffer.concat([held, chunk])
      for (let at = data.indexOf(key); at !== -1; at = data.indexOf(key, at + key.length)) {
        data.fill('*', at, at + key.length)
      }
      const keep = beginningAtEnd(data, key)
      held = data.subarray(data.length - keep)
      done(null, data.subarray(0, data.length - keep))
    },
    flush(done) {
      done(null, held)
    },
  })
}

/** How many bytes at the end of `data` are the beginning of `key`. */
function beginningAtEnd(data: Buffer, key: Buffer): number {
  for (let length = Math.min(key.length - 1, data.length); length > 0; length -= 1) {
    if (data.subarray(data.length - length).equals(key.subarray(0, length))) return length
  }
  return 0
}
