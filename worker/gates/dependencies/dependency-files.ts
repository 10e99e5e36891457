import { bunFiles } from './bun.ts'
import { bundlerFiles } from './bundler.ts'
import { cargoFiles } from './cargo.ts'
import { composerFiles } from './composer.ts'
import type { DependencyFile } from './found-package.ts'
import { goFiles } from './go.ts'
import { gradleFiles } from './gradle.ts'
import { mavenFiles } from './maven.ts'
import { npmFiles } from './npm.ts'
import { pnpmFiles } from './pnpm.ts'
import { pythonFiles } from './python.ts'
import { requirementsFiles } from './requirements.ts'
import { yarnFiles } from './yarn.ts'

/** Every kind of file by which a change brings packages in. */
export const dependencyFiles: readonly DependencyFile[] = [
  ...npmFiles,
  ...pnpmFiles,
  ...yarnFiles,
  ...bunFiles,
  ...requirementsFiles,
  ...pythonFiles,
  ...cargoFiles,
  ...goFiles,
  ...bundlerFiles,
  ...composerFiles,
  ...mavenFiles,
  ...gradleFiles,
]
