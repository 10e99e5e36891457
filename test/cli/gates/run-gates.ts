import { Buffer } from 'node:buffer'
import { gates } from '../../../cli/commands/gates.ts'
import { type GatesReport, gatesReportSchema } from '../../../worker/contract/index.ts'
import { runInProcess } from '../run-in-process.ts'

/** The command as `airlock gates` runs it, with what it printed. */
export const runGates = (cwd: string, ...args: string[]) =>
  runInProcess(gates, args, { env: { PATH: process.env.PATH, HOME: cwd }, cwd })

/** The same with `--json`, as another program reads it. */
export async function reportOf(cwd: string, ...args: string[]): Promise<GatesReport & { readonly status: number }> {
  const { status, stdout } = await runGates(cwd, ...args, '--json')
  return { status, ...gatesReportSchema.parse(JSON.parse(stdout)) }
}

/** `rule severity path:line` of each finding. */
export function lines({ findings }: GatesReport): string[] {
  return findings.map(
    ({ rule, severity, path, line }) => `${rule} ${severity} ${path}${line === null ? '' : `:${line}`}`,
  )
}

/** A line that the gates hold, made here so that no scanner takes this repository for a leak. */
export const leak = (value: string) => `API_TOKEN = "${Buffer.from(`made up: ${value}`).toString('base64url')}"\n`
