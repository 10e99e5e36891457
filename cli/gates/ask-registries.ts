import type { PackageVersion } from '../../worker/contract/index.ts'
import type { RegistryAnswers } from '../../worker/pipeline/ports/index.ts'
import { createRegistries } from '../../worker/registries/create-registries.ts'
import { registriesOf } from '../../worker/registries/registry-places.ts'
import type { Io } from '../command.ts'
import { readNpmConfiguration, readPackageManagers } from '../wiring/package-managers.ts'
import type { ChangeFlags } from './read-gates-flags.ts'

/** Asks the registries of whoever calls. With `--offline` nobody is asked, and nothing is kept on this machine. */
export async function askRegistries(
  { offline }: Pick<ChangeFlags, 'offline'>,
  packages: readonly PackageVersion[],
  io: Pick<Io, 'env' | 'signal'>,
): Promise<RegistryAnswers> {
  if (offline) return new Map()
  const registries = async () => registriesOf(await readPackageManagers(io.env), await readNpmConfiguration(io.env))
  return createRegistries({ registries, cache: null }).ask(packages, io.signal)
}
