import { describe, expect, it } from 'vitest'
import { readNpmConfiguration, readPackageManagers } from '../../cli/wiring/package-managers.ts'
import { keyOfPackage, type PackageVersion } from '../../worker/contract/index.ts'
import { createRegistries } from '../../worker/registries/create-registries.ts'
import { registriesOf } from '../../worker/registries/registry-places.ts'

const integrity = 'sha512-' + 'v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg=='
const lodash: PackageVersion = { ecosystem: 'npm', name: 'lodash', version: '4.17.21', integrity: [integrity] }

describe('the npm registry that this machine’s own npm uses', () => {
  it('tells license and content of a version, another content for another digest, and of a made-up version nothing', async () => {
    const forged = { ...lodash, integrity: [`sha512-${Buffer.alloc(64).toString('base64')}`] }
    const made = { ...lodash, version: '4.17.21000' }
    const scoped = { ...lodash, name: '@types/node', version: '20.1.0', integrity: [] }
    const registries = async () =>
      registriesOf(await readPackageManagers(process.env), await readNpmConfiguration(process.env))

    const answers = await createRegistries({ registries, cache: null }).ask(
      [lodash, forged, made, scoped],
      new AbortController().signal,
    )

    const license = { kind: 'expression', expression: 'MIT' }
    expect([lodash, forged, made, scoped].map((one) => answers.get(keyOfPackage(one)))).toEqual([
      { kind: 'found', license, content: 'same' },
      { kind: 'found', license, content: 'other' },
      { kind: 'missing' },
      { kind: 'found', license, content: 'unsaid' },
    ])
  })
})
