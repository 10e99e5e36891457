import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { resolveCommit } from '../git/commits.ts'
import { notFound, Refusal } from '../http/refusal.ts'
import { parseBody, type RepositoryCall, type Route, repositoryRoute } from '../http/route.ts'
import type { Analysis } from '../state/entities.ts'

const uploadSchema = z.object({
  commit_sha: z.string().regex(/^[0-9a-f]{40}$/),
  ref: z.string().regex(/^refs\/(heads|tags|pull)\/./),
  sarif: z.string(),
  tool_name: z.string().optional(),
})

const textSchema = z.object({ text: z.string().min(1) })
/** What GitHub says that it needs of SARIF. It looks after it has answered; here a mistake is to show at once. */
const sarifSchema = z.object({
  $schema: z.string().min(1),
  version: z.literal('2.1.0'),
  runs: z
    .array(
      z.object({
        tool: z.object({
          driver: z.object({
            name: z.string().min(1),
            rules: z.array(
              z.object({
                id: z.string().min(1),
                name: z.string().max(255),
                shortDescription: z.object({ text: z.string().min(1).max(1024) }),
                fullDescription: z.object({ text: z.string().min(1).max(1024) }),
                help: textSchema,
              }),
            ),
          }),
        }),
        automationDetails: z.object({ id: z.string() }).optional(),
        results: z
          .array(
            z.object({
              message: textSchema,
              locations: z
                .array(
                  z.object({
                    physicalLocation: z.object({
                      artifactLocation: z.object({ uri: z.string().min(1) }),
                      region: z.object({ startLine: z.int().positive() }),
                    }),
                  }),
                )
                .min(1),
              partialFingerprints: z.object({ primaryLocationLineHash: z.string().min(1) }),
            }),
          )
          .max(25_000),
      }),
    )
    .min(1)
    .max(20),
})
const longestUpload = 10 * 1024 * 1024

export const codeScanningRoutes: readonly Route[] = [
  repositoryRoute('POST', '/code-scanning/sarifs', ['security_events:write'], upload),
]

async function upload(call: RepositoryCall) {
  const { world, repository } = call
  if (!repository.codeScanning) {
    throw new Refusal(403, 'Advanced Security must be enabled for this repository to use code scanning.')
  }
  const { commit_sha: commitSha, ref, sarif: packed } = parseBody(call, uploadSchema)
  const known = (await resolveCommit(repository.gitDir, commitSha)) === commitSha
  if (!known || (await resolveCommit(repository.gitDir, ref)) === undefined) throw notFound()
  const sarif = unpack(packed)
  const id = String(world.state.nextId())
  for (const { tool, automationDetails } of parseSarif(sarif).runs) {
    const category = automationDetails?.id.split('/').slice(0, -1).join('/') ?? ''
    replace(repository.analyses, { id, commitSha, ref, tool: tool.driver.name, category, sarif })
  }
  const url = `${world.api}/repos/${repository.owner.login}/${repository.name}/code-scanning/sarifs/${id}`
  return { status: 202, body: { id, url } }
}

function unpack(packed: string): string {
  const bytes = Buffer.from(packed, 'base64')
  if (bytes.length > longestUpload) throw new Refusal(413, 'Payload Too Large')
  try {
    return gunzipSync(bytes).toString('utf8')
  } catch {
    throw new Refusal(400, 'Invalid sarif: it is not compressed with gzip')
  }
}

function parseSarif(text: string) {
  try {
    return sarifSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new Refusal(400, `Invalid sarif: ${String(error)}`)
  }
}

function replace(analyses: Analysis[], next: Analysis): void {
  const keyOf = ({ commitSha, ref, tool, category }: Analysis) => JSON.stringify([commitSha, ref, tool, category])
  const before = analyses.findIndex((analysis) => keyOf(analysis) === keyOf(next))
  if (before !== -1) analyses.splice(before, 1)
  analyses.push(next)
}
