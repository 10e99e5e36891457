import { z } from 'zod'

/** Agent CLIs that Airlock knows how to start. `command` is any program of the repository's or operator's choice. */
export const agentNames = ['claude', 'codex', 'gemini', 'opencode', 'copilot', 'qwen', 'pi', 'command'] as const
export const agentNameSchema = z.enum(agentNames)
export type AgentName = z.infer<typeof agentNameSchema>

/** Isolation classes, weakest first: the order is what `at least` means. */
export const isolationClasses = ['process', 'container', 'gvisor', 'microvm'] as const
export const isolationSchema = z.enum(isolationClasses)
export type Isolation = z.infer<typeof isolationSchema>

/** Profiles, laxest first: each sets network and limits together. */
export const profiles = ['permissive', 'moderate', 'strict'] as const
export const profileSchema = z.enum(profiles)
export type Profile = z.infer<typeof profileSchema>

/** Collaborator permissions on a repository, weakest first, in GitHub's own words. */
export const permissions = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const
export const permissionSchema = z.enum(permissions)
export type Permission = z.infer<typeof permissionSchema>

/** A team of an organisation, as its address on GitHub has it. */
export const teamSlugSchema = z.string().regex(/^[a-z0-9_-]{1,100}$/, 'expected the slug of a team, such as platform')

/** The nine steps of a job, in the order in which they run. */
export const stepNames = ['prepare', 'clone', 'setup', 'seal', 'agent', 'collect', 'gate', 'publish', 'report'] as const
export const stepNameSchema = z.enum(stepNames)
export type StepName = z.infer<typeof stepNameSchema>

/** The phase in which something ran inside a sandbox. */
export const phaseSchema = z.enum(['setup', 'agent'])
export type Phase = z.infer<typeof phaseSchema>

/** 40 hexadecimal digits: a SHA-1 object name as GitHub gives it. */
export const shaSchema = z.string().regex(/^[0-9a-f]{40}$/)
/** Lower-case SHA-256 in hexadecimal. */
export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/)
/** Job ids name folders, branches and Redis keys, so their alphabet is closed. */
export const jobIdSchema = z.string().regex(/^[a-z0-9]{10,32}$/)

/** A person, by GitHub's numeric id: logins can be renamed and imitated, ids cannot. */
export const actorSchema = z.strictObject({ id: z.int().nonnegative(), login: z.string().max(100) })
export type Actor = z.infer<typeof actorSchema>
