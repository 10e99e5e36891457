import type { PackageConfiguration } from '../../worker/broker/presets.ts'

/** Of a machine whose package managers are configured to use nothing. */
export const noPackages: PackageConfiguration = {
  ...{ npmRegistries: [], yarnRegistry: null, aptSources: [], goProxy: null },
  ...{ pipIndexes: [], pipExtraIndexes: [], crateRegistries: [], mavenMirrors: [], gemMirror: null },
}
