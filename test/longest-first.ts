import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * What takes longest, in the order in which it starts: one of these started last would run alone at the end. Two that
 * wait for the same image are not neighbours, so that nobody waits while it is built.
 */
export const longest: readonly string[] = [
  'test/hostile/slow/microvm.test.ts',
  'test/agent/real-programs.test.ts',
  'test/hostile/gvisor.test.ts',
  'test/sandbox/images/mise.test.ts',
  'test/sandbox/microvm/create-microvm-engine.test.ts',
  'test/hostile/slow/container-docker.test.ts',
  'test/hostile/slow/container-podman.test.ts',
  'test/sandbox/container/real-engines.test.ts',
  'test/sandbox/images/build-image.test.ts',
  'test/sandbox/images/engine-build.test.ts',
]

const rank = ({ moduleId }: TestSpecification) => {
  const at = longest.findIndex((path) => moduleId.endsWith(`/${path}`))
  return at < 0 ? longest.length : at
}

/** For a clean clone, where Vitest knows of no durations and goes by the sizes of files. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other))
  }
}

const isCi = process.env.CI === 'true'

/** On a machine that nobody knows, whole installations on two cores: what fails there is run once more, and reported. */
export const retry = isCi ? 1 : 0

/** CI has to come to its end soon; a person wants to see soon what fails, so there the slow ones come last. */
export const sequence = isCi ? { sequencer: LongestFirst } : {}
