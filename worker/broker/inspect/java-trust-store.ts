import { createHash } from 'node:crypto'

/** The one that Java's own store has; there is nothing in it to hide. */
export const trustStorePassword = 'changeit'

const magic = 0xfeedfeed
const version = 2
const trustedCertificate = 2

/**
 * Certificates as a Java key store (JKS), which every Java reads: it does not look at PEM, and takes certificates out of
 * PKCS #12 only with an attribute that openssl cannot write before 3.2.
 */
export function javaTrustStore(certificates: readonly Buffer[], now: number): Buffer {
  const body = Buffer.concat([
    uint32(magic),
    uint32(version),
    uint32(certificates.length),
    ...certificates.flatMap((certificate, index) => entry(`ca-${index}`, certificate, now)),
  ])
  // A checksum that anybody can make, as the format wants it.
  const password = Buffer.from(trustStorePassword, 'utf16le').swap16()
  const digest = createHash('sha1').update(password).update('Mighty Aphrodite').update(body).digest()
  return Buffer.concat([body, digest])
}

function entry(alias: string, certificate: Buffer, now: number): Buffer[] {
  const time = Buffer.alloc(8)
  time.writeBigInt64BE(BigInt(now))
  return [uint32(trustedCertificate), text(alias), time, text('X.509'), uint32(certificate.length), certificate]
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function text(value: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(Buffer.byteLength(value))
  return Buffer.concat([length, Buffer.from(value)])
}
