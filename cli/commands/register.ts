import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import type { RegisteredApp } from '../../app/setup/convert-code.ts'
import { createSetupServer } from '../../app/setup/create-setup-server.ts'
import { parseManifest } from '../../app/setup/parse-manifest.ts'
import { type Command, type Io, parseFlags, UsageError } from '../command.ts'
import { parseSettings } from '../settings/parse-settings.ts'
import { dataDirOf } from '../wiring/data-folders.ts'
import { gitHubUrls } from '../wiring/github-urls.ts'

const right = 'airlock register --url https://airlock.example.com'
const manifestFile = new URL('../../app.yml', import.meta.url)

export const register: Command = {
  help: `
usage: airlock register --url URL [--organisation NAME] [--port NUMBER]

  --url           where GitHub will reach this app
  --organisation  register it for an organisation; default: for the account that is signed in
  --port          port of the set-up page, on loopback alone; default: a free one

It prints a page to open; from another machine, reach it by ssh -L. What GitHub answers is kept in the data folder,
readable by you alone: private-key.pem, and app.env for your shell or unit file.

example:
  ${right} --organisation acme

exit status: 0 registered · 2 wrong usage · 5 ended by a signal`,
  async run(args, io) {
    const options = { url: { type: 'string' }, organisation: { type: 'string' }, port: { type: 'string' } } as const
    const values = parseFlags(args, options, right)
    if (values.url === undefined || !/^https?:\/\//.test(values.url) || !URL.canParse(values.url)) {
      throw new UsageError('--url needs an address such as https://airlock.example.com', right)
    }
    const port = Number(values.port ?? '0')
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError('--port takes 0 to 65535', right)
    const settings = parseSettings(io.env, [])
    const urls = gitHubUrls(settings)
    await using server = await createSetupServer(
      {
        manifest: parseManifest(await readFile(manifestFile, 'utf8')),
        publicUrl: values.url,
        gitHub: { web: urls.git, api: urls.api },
        organisation: values.organisation ?? null,
        save: (app) => save(app, dataDirOf(settings), io),
        log: pino({ level: 'warn' }),
      },
      port,
    )
    io.stdout(`open in your browser: ${server.url}\n`)
    return await Promise.race([server.registered.then(() => 0), whenStopped(io.signal)])
  },
}

/** GitHub tells the key once: it is written down before anything else can fail. */
async function save(app: RegisteredApp, dataDir: string, io: Io): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o711 })
  const keyPath = join(dataDir, 'private-key.pem')
  const envPath = join(dataDir, 'app.env')
  await writeFile(keyPath, app.privateKey, { mode: 0o600, flag: 'wx' })
  const lines = [`APP_ID=${app.appId}`, `PRIVATE_KEY_PATH=${keyPath}`, `WEBHOOK_SECRET=${app.webhookSecret}`]
  await writeFile(envPath, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' })
  io.stdout(`registered: ${app.url}\nkept in ${envPath} and ${keyPath}\ninstall it: ${app.url}/installations/new\n`)
}

function whenStopped(signal: AbortSignal): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  signal.addEventListener('abort', () => resolve(5), { once: true })
  return promise
}
