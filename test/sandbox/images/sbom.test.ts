import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import parseExpression from 'spdx-expression-parse'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createSbom } from '../../../worker/sandbox/image/create-sbom.ts'
import { imageFiles, readManifest } from '../../../worker/sandbox/image/manifest.ts'
import { parseDpkgStatus } from '../../../worker/sandbox/image/parse-dpkg-status.ts'
import { parseCopyright } from '../../../worker/sandbox/image/read-licenses.ts'
import { imageTimeoutMs } from './build-options.ts'
import { builtImage } from './built-image.ts'

const elementId = z.string().regex(/^SPDXRef-[A-Za-z0-9.-]+$/)
const license = z.string().refine((text) => text === 'NOASSERTION' || parseExpression(text) !== null)

/** SPDX 2.3 as JSON: what the standard requires of the parts that are used. Anything else in it is refused. */
const spdxSchema = z.strictObject({
  spdxVersion: z.literal('SPDX-2.3'),
  dataLicense: z.literal('CC0-1.0'),
  SPDXID: z.literal('SPDXRef-DOCUMENT'),
  name: z.string().min(1),
  documentNamespace: z.url(),
  creationInfo: z.strictObject({
    created: z.iso.datetime({ precision: 0 }),
    creators: z.array(z.string().regex(/^(Tool|Organization|Person): /)).min(1),
  }),
  packages: z.array(
    z.strictObject({
      SPDXID: elementId,
      name: z.string().min(1),
      versionInfo: z.string().min(1),
      downloadLocation: z.literal('NOASSERTION'),
      filesAnalyzed: z.literal(false),
      licenseConcluded: z.literal('NOASSERTION'),
      licenseDeclared: license,
      copyrightText: z.literal('NOASSERTION'),
      supplier: z.union([z.literal('NOASSERTION'), z.string().regex(/^(Organization|Person): /)]),
      primaryPackagePurpose: z.literal('CONTAINER').optional(),
      homepage: z.url().optional(),
      sourceInfo: z.string().optional(),
      checksums: z
        .array(
          z.discriminatedUnion('algorithm', [
            z.strictObject({ algorithm: z.literal('SHA256'), checksumValue: z.string().regex(/^[0-9a-f]{64}$/) }),
            z.strictObject({ algorithm: z.literal('SHA512'), checksumValue: z.string().regex(/^[0-9a-f]{128}$/) }),
          ]),
        )
        .optional(),
      externalRefs: z
        .array(
          z.strictObject({
            referenceCategory: z.literal('PACKAGE-MANAGER'),
            referenceType: z.literal('purl'),
            referenceLocator: z.string().regex(/^pkg:(deb\/debian|generic|npm(\/%40[^/@]+)?)\/[^@/\s]+@[^\s@]+$/),
          }),
        )
        .optional(),
    }),
  ),
  hasExtractedLicensingInfos: z.array(
    z.strictObject({ licenseId: z.string().regex(/^LicenseRef-[A-Za-z0-9.-]+$/), extractedText: z.string().min(1) }),
  ),
  relationships: z.array(
    z.strictObject({
      spdxElementId: elementId,
      relationshipType: z.enum(['DESCRIBES', 'CONTAINS']),
      relatedSpdxElement: elementId,
    }),
  ),
})

/** What no schema says: every reference leads to something, and nothing is there twice. */
function expectConsistent(document: z.infer<typeof spdxSchema>): void {
  const ids = [document.SPDXID, ...document.packages.map((one) => one.SPDXID)]
  const declared = new Set(document.hasExtractedLicensingInfos.map((one) => one.licenseId))
  const used = document.packages.flatMap((one) => one.licenseDeclared.match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? [])
  const ends = document.relationships.flatMap((one) => [one.spdxElementId, one.relatedSpdxElement])

  expect(new Set(ids).size).toBe(ids.length)
  expect(ends.filter((id) => !ids.includes(id))).toEqual([])
  expect(used.filter((id) => !declared.has(id))).toEqual([])
  expect(new Set(ends).size).toBe(ids.length)
}

describe("an image's SBOM", () => {
  it(
    'is SPDX 2.3, and lists every package that is installed, with its license',
    async () => {
      const image = await (await builtImage('minimal')).find('minimal')
      const text = await readFile(join(image?.folder ?? '', imageFiles.sbom), 'utf8')
      const manifest = await readManifest(image?.folder ?? '')

      const document = spdxSchema.parse(JSON.parse(text))

      expectConsistent(document)
      const [whole, ...packages] = document.packages
      expect(whole?.checksums).toEqual([{ algorithm: 'SHA256', checksumValue: image?.digest }])
      expect(Object.fromEntries(packages.map((one) => [one.name, one.versionInfo]))).toEqual(manifest?.debian)
      expect(packages.filter((one) => one.licenseDeclared === 'NOASSERTION')).toEqual([])
      expect(packages.find((one) => one.name === 'grep')).toMatchObject({ licenseDeclared: 'GPL-3.0-or-later' })
    },
    imageTimeoutMs,
  )

  it('has npm packages with the digests of their lockfile, also with scopes and in two versions, and tools by mise', () => {
    const integrity = `sha512-${Buffer.alloc(64, 1).toString('base64')}`
    const npm = [
      { name: '@scope/tool', version: '1.0.0', license: 'MIT', integrity },
      { name: '@scope/tool', version: '2.0.0', license: 'see the file', integrity: null },
    ]

    const document = spdxSchema.parse(
      createSbom({
        name: 'mine',
        suite: 'trixie',
        digest: 'a'.repeat(64),
        debian: [],
        npm,
        mise: { 'npm:prettier': '3.6.2', 'aqua:jqlang/jq': '1.7.1' },
      }),
    )

    expectConsistent(document)
    expect(document.packages.slice(1)).toMatchObject([
      { licenseDeclared: 'MIT', checksums: [{ algorithm: 'SHA512', checksumValue: '01'.repeat(64) }] },
      { licenseDeclared: 'NOASSERTION', checksums: [] },
      { name: 'aqua:jqlang/jq', versionInfo: '1.7.1' },
    ])
    expect(document.packages[1]?.externalRefs?.[0]?.referenceLocator).toBe('pkg:npm/%40scope/tool@1.0.0')
  })
})

describe('a Debian copyright file', () => {
  const format = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n'

  it.each([
    ['License: Expat\n text', 'MIT'],
    ['License: GPL-2+\n\nLicense: LGPL-2.1', 'GPL-2.0-or-later AND LGPL-2.1-only'],
    ['License: GPL-3+ or Artistic-2\n\nLicense: Zlib', '(GPL-3.0-or-later OR Artistic-2.0) AND Zlib'],
    ['License: GPL-2+ with a linking exception', 'LicenseRef-Debian-libstdc-plus-plus'],
  ])('is read where it is written for machines: %s', (text, expression) => {
    expect(parseCopyright(format + text, 'libstdc++')).toBe(expression)
  })

  it("stands for the package's own terms where it is not", () => {
    expect(parseCopyright('This is free software.\nLicense: GPL-2\n', 'tool')).toBe('LicenseRef-Debian-tool')
  })
})

describe("dpkg's status", () => {
  it('gives the packages that are installed, and no others', () => {
    const status = [
      'Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nSource: zlib (1:1.2.13)\nVersion: 1:1.2.13-1',
      'Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1',
      'Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2\nHomepage: https://example.com/',
    ].join('\n\n')

    expect(parseDpkgStatus(status)).toEqual([
      { name: 'bash', version: '5.2', architecture: 'amd64', source: 'bash', homepage: 'https://example.com/' },
      { name: 'zlib1g', version: '1:1.2.13-1', architecture: 'amd64', source: 'zlib', homepage: null },
    ])
  })
})
