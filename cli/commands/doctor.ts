import { gitVersion, isGitSupported } from '../../worker/git/git-version.ts'
import { type SandboxEngine, SandboxError } from '../../worker/pipeline/ports/index.ts'
import { runProbes } from '../../worker/sandbox/probes.ts'
import { type Command, parseFlags } from '../command.ts'
import { type Diagnosis, describeDiagnosis, type EngineDiagnosis } from '../doctor/describe-diagnosis.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import { createCore } from '../wiring/create-core.ts'
import { dataDirOf, prepareDataFolders } from '../wiring/data-folders.ts'

export const doctor: Command = {
  help: `
usage: airlock doctor [--json]

Every probe is an attempt inside a sandbox, beside a control that shows the attempt is sound.

examples:
  airlock doctor
  airlock doctor --json

exit status: 0 every probe was held · 1 one was not, or no engine can be had · 2 wrong usage`,
  async run(args, io) {
    const { values } = parseFlags(args, { json: { type: 'boolean' } }, 'airlock doctor --json')
    const settings = parseSettings(io.env, [])
    const folders = await prepareDataFolders(dataDirOf(settings))
    const { engines } = await createCore(settings, io.env, folders)
    const version = await gitVersion('git', io.signal)
    const diagnosis: Diagnosis = {
      node: process.versions.node,
      git: { version: version.text, supported: isGitSupported(version) },
      engines: await Promise.all(engines.map(diagnose)),
    }
    io.stdout(values.json === true ? `${JSON.stringify(diagnosis)}\n` : describeDiagnosis(diagnosis))
    return isHealthy(diagnosis) ? 0 : 1
  },
}

async function diagnose(engine: SandboxEngine): Promise<EngineDiagnosis> {
  try {
    return {
      isolation: engine.isolation,
      posture: await engine.posture(),
      probes: await runProbes({ engine, image: 'host' }),
      missing: null,
    }
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    return { isolation: engine.isolation, posture: null, probes: [], missing: error.message }
  }
}

function isHealthy({ git, engines }: Diagnosis): boolean {
  return (
    git.supported &&
    engines.every(({ posture, probes }) => posture !== null && probes.every(({ outcome }) => outcome === 'blocked'))
  )
}
