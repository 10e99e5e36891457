import { z } from 'zod'
import { type Environment, SettingsError } from '../../cli/settings/parse-settings.ts'
import type { RunOfWorkflow } from '../../worker/handover/manifest.ts'

const number = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)

/** What the runner says of itself and of the event, by its own names. */
const runnerSchema = z.object({
  GITHUB_API_URL: z.url({ protocol: /^https?$/ }),
  GITHUB_SERVER_URL: z.url({ protocol: /^https?$/ }),
  GITHUB_REPOSITORY: z.string().regex(/^[A-Za-z0-9._-]{1,100}\/[A-Za-z0-9._-]{1,100}$/),
  GITHUB_EVENT_NAME: z.string().min(1).max(100),
  GITHUB_EVENT_PATH: z.string().startsWith('/'),
  GITHUB_ACTOR: z.string().min(1).max(100),
  GITHUB_TRIGGERING_ACTOR: z.string().min(1).max(100),
  GITHUB_RUN_ID: number,
  GITHUB_RUN_ATTEMPT: number,
  RUNNER_TEMP: z.string().startsWith('/'),
})

export interface Runner {
  readonly apiUrl: string
  readonly serverUrl: string
  readonly owner: string
  readonly repo: string
  /** Whose act the run is for, and who started it: somebody else where it is run once more. */
  readonly actor: string
  readonly triggeringActor: string
  readonly eventName: string
  readonly eventPath: string
  readonly run: RunOfWorkflow
  readonly temporary: string
}

/** Throws SettingsError with each variable that is missing or odd, and without any value. */
export function readRunner(env: Environment): Runner {
  const parsed = runnerSchema.safeParse(env)
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].toSorted()
    throw new SettingsError(
      names.map((name) => `${name} is missing or not as a GitHub Actions runner sets it: run this as a step of a job`),
    )
  }
  const { data } = parsed
  const [owner = '', repo = ''] = data.GITHUB_REPOSITORY.split('/')
  return {
    apiUrl: data.GITHUB_API_URL,
    serverUrl: data.GITHUB_SERVER_URL,
    owner,
    repo,
    actor: data.GITHUB_ACTOR,
    triggeringActor: data.GITHUB_TRIGGERING_ACTOR,
    eventName: data.GITHUB_EVENT_NAME,
    eventPath: data.GITHUB_EVENT_PATH,
    run: { id: data.GITHUB_RUN_ID, attempt: data.GITHUB_RUN_ATTEMPT },
    temporary: data.RUNNER_TEMP,
  }
}
