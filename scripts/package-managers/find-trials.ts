import type { Trial } from './trial.ts'
import { bundlerTrial } from './trials/bundler.ts'
import { cargoTrial } from './trials/cargo.ts'
import { composerTrial } from './trials/composer.ts'
import { goTrial } from './trials/go.ts'
import { gradleTrial, mavenTrial } from './trials/java.ts'
import { javascriptTrials } from './trials/javascript.ts'
import { pythonTrials } from './trials/python.ts'

/** The images that the programs come from: each another release of Debian, and another Yarn. */
export const trialImages = [
  { name: 'debian-12', isYarnClassic: true },
  { name: 'debian-13', isYarnClassic: false },
] as const

/** All that an image can be tried with. */
export async function findTrials(
  { isYarnClassic }: (typeof trialImages)[number],
  rootfs: string,
): Promise<readonly Trial[]> {
  return [
    ...(await javascriptTrials(isYarnClassic)),
    ...pythonTrials,
    await cargoTrial(),
    goTrial,
    await bundlerTrial(),
    composerTrial,
    mavenTrial(rootfs),
    gradleTrial,
  ]
}

/** What no source that can be reached publishes: Debian has no package of it, and npm none by its authors. */
export const notToBeHad = ['uv'] as const
