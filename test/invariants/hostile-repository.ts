import type { World } from '../e2e/start-world.ts'
import type { Files } from '../github/state/create-repository.ts'
import type { Repository } from '../github/state/entities.ts'
import { readTools } from './local-airlock.ts'

/** On the stand-in, with the programs of test/fixtures/inside in `tools/`; `ada` may write in it. JSON is YAML. */
export async function createHostileRepository(
  { github }: Pick<World, 'github'>,
  name: string,
  policy: Readonly<Record<string, unknown>>,
  files: Files = {},
): Promise<Repository> {
  const repository = await github.createRepository({
    name,
    files: {
      'README.md': 'a repository\n',
      '.github/airlock.yml': JSON.stringify(policy),
      ...(await readTools()),
      ...files,
    },
  })
  github.addCollaborator(repository, 'ada', 'write')
  return repository
}
