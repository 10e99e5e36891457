import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  NameConstraints,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509'

export interface CertificateRequest {
  readonly subject: string
  readonly key: KeyObject
  readonly from: Date
  readonly until: Date
  /** DNS names: those of a server, or those that an authority is bounded to. */
  readonly names: readonly string[]
  readonly authority: boolean
}

export interface Issuer {
  readonly name: string
  readonly key: KeyObject
  readonly publicKey: KeyObject
}

const commonName = '2.5.4.3'
const ecdsaWithSha256 = '1.2.840.10045.4.3.2'
/** RFC 5280's upper bound of a common name. */
const maxCommonName = 64

export function makeKeyPair(): { readonly public: KeyObject; readonly private: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { public: publicKey, private: privateKey }
}

/** Makes and signs an X.509 certificate; DER. */
export function issueCertificate(request: CertificateRequest, issuer: Issuer): Buffer {
  const algorithm = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 })
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: nameOf(issuer.name),
    validity: new Validity({ notBefore: request.from, notAfter: request.until }),
    subject: nameOf(request.subject),
    subjectPublicKeyInfo: AsnConvert.parse(derOf(request.key), SubjectPublicKeyInfo),
    extensions: new Extensions(request.authority ? authorityExtensions(request) : serverExtensions(request, issuer)),
  })
  const signed = Buffer.from(AsnConvert.serialize(tbsCertificate))
  const signature = sign('sha256', signed, { key: issuer.key, dsaEncoding: 'der' })
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: new Uint8Array(signature).buffer,
  })
  return Buffer.from(AsnConvert.serialize(certificate))
}

/** The constraint is critical: a client that does not know it has to refuse the authority. */
function authorityExtensions({ names, key }: CertificateRequest): Extension[] {
  const permitted = names.map((dNSName) => new GeneralSubtree({ base: new GeneralName({ dNSName }) }))
  return [
    extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: true, pathLenConstraint: 0 })),
    extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.keyCertSign)),
    extension(id_ce_nameConstraints, true, new NameConstraints({ permittedSubtrees: new GeneralSubtrees(permitted) })),
    extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(identifierOf(key))),
  ]
}

function serverExtensions({ names }: CertificateRequest, issuer: Issuer): Extension[] {
  const keyIdentifier = new KeyIdentifier(identifierOf(issuer.publicKey))
  return [
    extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: false })),
    extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.digitalSignature)),
    extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth])),
    extension(
      id_ce_subjectAltName,
      false,
      new SubjectAlternativeName(names.map((dNSName) => new GeneralName({ dNSName }))),
    ),
    extension(id_ce_authorityKeyIdentifier, false, new AuthorityKeyIdentifier({ keyIdentifier })),
  ]
}

function extension(extnID: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) })
}

function nameOf(text: string): Name {
  const value = new AttributeValue({ utf8String: text.slice(0, maxCommonName) })
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: commonName, value })])])
}

/** Positive, and never with a zero in front, as DER has it. */
function serialNumber(): ArrayBuffer {
  const bytes = new Uint8Array(randomBytes(16))
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.buffer
}

function identifierOf(key: KeyObject): ArrayBuffer {
  return new Uint8Array(createHash('sha1').update(derOf(key)).digest()).buffer
}

function derOf(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' })
}
