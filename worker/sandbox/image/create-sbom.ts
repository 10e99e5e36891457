import { type Suite, sourceDateEpoch } from './image-content.ts'
import type { MiseTools } from './mise-tools.ts'
import type { DebianPackage } from './parse-dpkg-status.ts'
import { ownTerms, validated } from './read-licenses.ts'
import type { NpmPackage } from './read-npm-packages.ts'

export interface SbomFacts {
  readonly name: string
  readonly suite: Suite
  /** SHA-256 of the image's tar. */
  readonly digest: string
  readonly debian: readonly (DebianPackage & { readonly license: string | null })[]
  readonly npm: readonly NpmPackage[]
  /** Version by name of the tools that mise installed; those by npm are among the npm packages already. */
  readonly mise: MiseTools
}

const nothing = 'NOASSERTION'

/** What is in an image, as SPDX 2.3. Pure: the same image has the same document. */
export function createSbom({ name, suite, digest, debian, npm, mise }: SbomFacts) {
  const tools = Object.entries(mise).filter(([tool]) => !tool.startsWith('npm:'))
  const packages = [...debian.map((one) => debianEntry(one, suite)), ...npm.map(npmEntry), ...tools.map(toolEntry)]
  const image = {
    ...{ SPDXID: 'SPDXRef-Image', name, versionInfo: digest, downloadLocation: nothing, filesAnalyzed: false },
    ...{ licenseConcluded: nothing, licenseDeclared: nothing, copyrightText: nothing, supplier: nothing },
    primaryPackagePurpose: 'CONTAINER',
    checksums: [{ algorithm: 'SHA256', checksumValue: digest }],
  }
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `airlock-image-${name}`,
    documentNamespace: `https://spdx.org/spdxdocs/airlock-image-${name}-${digest}`,
    creationInfo: {
      created: new Date(sourceDateEpoch * 1000).toISOString().replace('.000Z', 'Z'),
      creators: ['Tool: airlock'],
    },
    packages: [image, ...packages],
    hasExtractedLicensingInfos: extractedLicenses(debian),
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: image.SPDXID },
      ...packages.map(({ SPDXID }) => ({
        ...{ spdxElementId: image.SPDXID, relationshipType: 'CONTAINS', relatedSpdxElement: SPDXID },
      })),
    ],
  }
}

/** Every license that has no SPDX name, by where its text is. */
function extractedLicenses(debian: SbomFacts['debian']) {
  const places = new Map<string, string>()
  for (const { name, source, license } of debian) {
    for (const id of license?.match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? []) {
      const place = id === ownTerms(source) ? `/usr/share/doc/${name}/copyright in the image` : 'the public domain'
      if (!places.has(id)) places.set(id, place)
    }
  }
  return [...places].sort().map(([licenseId, place]) => ({ licenseId, extractedText: `As stated in ${place}.` }))
}

function debianEntry(one: SbomFacts['debian'][number], suite: Suite) {
  const purl = `pkg:deb/debian/${encodeURIComponent(one.name)}@${encodeURIComponent(one.version)}?arch=${one.architecture}&distro=${suite}`
  return {
    ...entry(`Deb-${one.name}-${one.architecture}`, one, purl),
    supplier: 'Organization: Debian',
    sourceInfo: `built from the Debian source package ${one.source}`,
    ...(one.homepage === null ? {} : { homepage: one.homepage }),
  }
}

function npmEntry(one: NpmPackage) {
  const purl = `pkg:npm/${one.name.replace('@', '%40')}@${encodeURIComponent(one.version)}`
  const checksums = one.integrity?.startsWith('sha512-')
    ? [{ algorithm: 'SHA512', checksumValue: Buffer.from(one.integrity.slice(7), 'base64').toString('hex') }]
    : []
  const license = one.license === null ? null : validated(one.license)
  return { ...entry(`Npm-${one.name}-${one.version}`, { ...one, license }, purl), supplier: nothing, checksums }
}

function toolEntry([name, version]: [string, string]) {
  const purl = `pkg:generic/${encodeURIComponent(name)}@${encodeURIComponent(version)}`
  return { ...entry(`Mise-${name}-${version}`, { name, version, license: null }, purl), supplier: nothing }
}

function entry(id: string, one: { name: string; version: string; license: string | null }, purl: string) {
  return {
    SPDXID: `SPDXRef-${id.replaceAll(/[^A-Za-z0-9.-]/g, (sign) => `-x${sign.charCodeAt(0).toString(16)}-`)}`,
    name: one.name,
    versionInfo: one.version,
    downloadLocation: nothing,
    filesAnalyzed: false,
    licenseConcluded: nothing,
    licenseDeclared: one.license ?? nothing,
    copyrightText: nothing,
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
  }
}
