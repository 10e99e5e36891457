/**
 * `npm run package-managers [-- NAME … | --image debian-12|debian-13]`: tries each package manager's real program in a whole
 * local job of class `process`: the plan's own command, through the broker and under the job's own authority, from a registry
 * on loopback that refuses whoever lacks the credential; and what was installed, in the agent's sandbox. Prints a table of
 * what was tried. It builds the images that the programs come from, of two gigabytes each.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { toolEnvironment } from '../cli/wiring/run-npm.ts'
import { startLocalAirlock } from '../test/invariants/local-airlock.ts'
import { buildImage } from '../worker/sandbox/image/build-image.ts'
import { createProcessEngine } from '../worker/sandbox/process/create-process-engine.ts'
import { findTrials, notToBeHad, trialImages } from './package-managers/find-trials.ts'
import { judgeTrial, type TrialEnd } from './package-managers/judge-trial.ts'
import { runTrial } from './package-managers/run-trial.ts'
import { formatTable } from './reference/markdown.ts'

const imagesDir = fileURLToPath(new URL('../.airlock/images', import.meta.url))
const say = (line: string) => process.stderr.write(`${line}\n`)

const { values, positionals } = parseArgs({ allowPositionals: true, options: { image: { type: 'string' } } })
const isAsked = (program: string) => positionals.length === 0 || positionals.includes(program)
const rows: string[][] = []
for (const image of trialImages.filter(({ name }) => values.image === undefined || values.image === name)) {
  const { rootfs } = await build(image.name)
  await using airlock = await startLocalAirlock({ images: imagesDir })
  for (const trial of (await findTrials(image, rootfs)).filter(({ program }) => isAsked(program))) {
    say(`${trial.program} of ${image.name} …`)
    const job = await runTrial(airlock, trial, { image: image.name, credential: true })
    const control = await runTrial(airlock, trial, { image: image.name, credential: false })
    const outcome = judgeTrial(job, control)
    say(`${trial.program} ${versionIn(job.version)}: ${outcome}`)
    if (outcome !== 'installed') say(`${inShort(job)}\nthe control:\n${inShort(control)}`)
    rows.push([trial.program, versionIn(job.version), image.name, job.commands.map(shortened).join(', '), outcome])
  }
}
for (const program of notToBeHad.filter(isAsked)) rows.push([program, '', '', '', 'not tried: no source has it'])
process.stdout.write(`${formatTable(['program', 'version', 'image', 'command', 'outcome'], rows)}\n`)

function build(name: string) {
  return buildImage(name, {
    descriptions: fileURLToPath(new URL('package-managers/images', import.meta.url)),
    imagesDir,
    base: null,
    env: toolEnvironment(process.env),
    makeEngine: (images) =>
      createProcessEngine({ runDir: join(imagesDir, '.sandboxes'), hostTools: [], images, now: Date.now }),
    signal: AbortSignal.timeout(45 * 60_000),
    onLine: say,
    reuse: true,
  })
}

/** Its end, which says what is started. */
function shortened(line: string): string {
  return line.length > 120 ? `… \`${line.split(' && ').at(-1)}\`` : `\`${line}\``
}

/** For whoever wants to know why it was not installed. */
function inShort({ end, said, lastOutput, asked }: TrialEnd): string {
  const refused = asked.filter(({ status }) => status !== 200).map(({ path, status }) => `${status} ${path}`)
  return [end, said ?? '', lastOutput.slice(-2000), ...refused].join('\n')
}

/** The first that looks like one: programs say more around it, and Java what variables it has found. */
function versionIn(text: string): string {
  return /\d+\.\d+(?:\.\d+)*/.exec(text.replace(/^Picked up .*$/gm, ''))?.[0] ?? ''
}
