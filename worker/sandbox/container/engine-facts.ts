import { z } from 'zod'

/** What an Engine says about itself, Docker and Podman alike, as far as it matters here. */
const infoSchema = z.object({
  MemoryLimit: z.boolean().default(false),
  CpuCfsQuota: z.boolean().default(false),
  PidsLimit: z.boolean().default(false),
  CgroupVersion: z.enum(['1', '2']).catch('1'),
  Runtimes: z.record(z.string(), z.unknown()).default({}),
  DefaultRuntime: z.string().default('runc'),
  SecurityOptions: z.array(z.string()).nullish(),
})

const versionSchema = z.object({
  Version: z.string(),
  Components: z.array(z.object({ Name: z.string(), Version: z.string() })).nullish(),
})

export interface EngineFacts {
  readonly kind: 'docker' | 'podman'
  /** Of the Engine and of the parts that it names: containerd, runc, conmon. */
  readonly versions: Readonly<Record<string, string>>
  /** Which limits it can hold, and by which cgroups. */
  readonly limits: { readonly memory: boolean; readonly cpu: boolean; readonly pids: boolean }
  readonly cgroups: 'cgroup-v1' | 'cgroup-v2'
  /** Those that may be asked for. Podman's service takes no wish: it has the one that it was started with. */
  readonly runtimes: readonly string[]
  /** It runs as an ordinary user, so that files belong to somebody else inside than outside. */
  readonly rootless: boolean
}

/** Pure. Throws ZodError where this is no Engine's answer. */
export function readEngineFacts(info: unknown, version: unknown): EngineFacts {
  const told = infoSchema.parse(info)
  const { Version, Components } = versionSchema.parse(version)
  const parts = (Components ?? []).map((part) => [partName(part.Name), versionNumber(part.Version)] as const)
  const kind = parts.some(([name]) => name === 'podman engine') ? 'podman' : 'docker'
  const named = parts.filter(([name]) => !name.endsWith('engine') && name !== 'docker-init')
  return {
    kind,
    versions: { [kind]: versionNumber(Version), ...Object.fromEntries(named) },
    limits: { memory: told.MemoryLimit, cpu: told.CpuCfsQuota, pids: told.PidsLimit },
    cgroups: told.CgroupVersion === '2' ? 'cgroup-v2' : 'cgroup-v1',
    runtimes: kind === 'podman' ? [told.DefaultRuntime] : Object.keys(told.Runtimes),
    rootless: (told.SecurityOptions ?? []).some((option) => option.includes('rootless')),
  }
}

const versionNumber = (text: string) => /\d{1,9}(?:\.\d{1,9})+/.exec(text)?.[0] ?? 'unknown'

/** Podman says "OCI Runtime (runc)" where Docker says "runc". */
const partName = (name: string) => (/\(([^()]+)\)/.exec(name)?.[1] ?? name).toLowerCase()
