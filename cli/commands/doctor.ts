import { gitVersion, isGitSupported } from '../../worker/git/git-version.ts'
import { createImageStore } from '../../worker/sandbox/image/create-image-store.ts'
import { type Command, parseFlags, UsageError } from '../command.ts'
import { type Diagnosis, describeDiagnosis, type EngineDiagnosis } from '../doctor/describe-diagnosis.ts'
import { diagnose } from '../doctor/diagnose.ts'
import { openOwnEngine, ownEngineKinds } from '../doctor/open-own-engine.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import { dataDirOf, prepareDataFolders } from '../wiring/data-folders.ts'
import { openEngines } from '../wiring/open-engines.ts'

const right = 'airlock doctor --json'

export const doctor: Command = {
  help: `
usage: airlock doctor [--image NAME] [--own-engine docker|podman] [--json]

Each class of isolation: what it enforces on this host, what is weaker than it promises, or what is missing and how to
get it. Every probe is an attempt inside a sandbox, beside a control that shows the attempt is sound.

  --image       the image to look at; default: host for class process, else the first that was built
  --own-engine  for class container, start Docker's daemon or Podman's service from the installed packages, on a socket
                and in a folder of its own, for this look alone; as root
  --json        all of it as one object

examples:
  airlock doctor
  AIRLOCK_ENGINES=gvisor airlock doctor --json
  airlock doctor --own-engine podman

exit status: 0 every probe was held · 1 one was not, a class that AIRLOCK_ENGINES names is missing, or all are ·
2 wrong usage`,
  async run(args, io) {
    const values = parseFlags(
      args,
      { json: { type: 'boolean' }, image: { type: 'string' }, 'own-engine': { type: 'string' } },
      right,
    )
    const kind = ownEngineKinds.find((one) => one === values['own-engine']) ?? null
    if (values['own-engine'] !== undefined && kind === null) {
      throw new UsageError('--own-engine takes docker or podman', 'airlock doctor --own-engine podman')
    }
    const given = parseSettings(io.env, [])
    await using own = kind === null ? null : await openOwnEngine(kind)
    const settings = own === null ? given : { ...given, AIRLOCK_CONTAINER_SOCKET: own.socket }
    const folders = await prepareDataFolders(dataDirOf(settings))
    const engines = await openEngines(settings, io.env, folders, { probeNow: true })
    const version = await gitVersion('git', io.signal)
    const deps = {
      store: createImageStore(folders.images),
      wanted: settings.AIRLOCK_ENGINES ?? [],
      image: values.image ?? null,
    }
    const diagnosed: EngineDiagnosis[] = []
    // One after the other: what they measure of each other's load would be in the way of what they hold.
    for (const engine of engines) {
      io.stderr(`looking at class ${engine.isolation}\n`)
      diagnosed.push(await diagnose(engine, deps))
    }
    const diagnosis: Diagnosis = {
      node: process.versions.node,
      git: { version: version.text, supported: isGitSupported(version) },
      ownEngine: kind,
      engines: diagnosed,
    }
    io.stdout(values.json === true ? `${JSON.stringify(diagnosis)}\n` : describeDiagnosis(diagnosis))
    return isHealthy(diagnosis) ? 0 : 1
  },
}

/** A class that nobody asked for may be missing; one that is there must hold. */
function isHealthy({ git, engines }: Diagnosis): boolean {
  const missing = engines.filter(({ posture }) => posture === null)
  const holds = engines.every(({ probes }) => probes.every(({ outcome }) => outcome === 'blocked'))
  return git.supported && holds && missing.length < engines.length && !missing.some(({ wanted }) => wanted)
}
