import { z } from 'zod'

/** The program of an npm folder that the tools are installed with. */
export const miseProgram = 'mise'

/** Where tools lie in an image: mise looks there for those of the whole machine. */
export const miseRoot = 'usr/local/share/mise'

const toolName = z
  .string()
  .regex(
    /^([a-z]{2,12}:)?@?[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/,
    'give the name of a tool as mise has it, such as npm:prettier',
  )

/** What mise takes for a version and is not one would be another tomorrow. */
const exactVersion = z
  .string('give an exact version, in quotes: "3.6.2"')
  .regex(/^[A-Za-z0-9][A-Za-z0-9+_-]{0,30}(\.[A-Za-z0-9+_-]{1,30}){1,5}$/, 'give an exact version, in quotes: "3.6.2"')

/** Pure: the part `mise` of an image's description, version by tool. No name or version needs an escape anywhere. */
export const miseSchema = z.record(toolName, exactVersion)
export type MiseTools = Readonly<z.infer<typeof miseSchema>>

/** /etc/mise/config.toml: with it mise knows what is asked for, in the build and in a sandbox. Pure. */
export function miseConfig(tools: MiseTools): string {
  return `[tools]\n${Object.entries(tools)
    .map(([name, version]) => `"${name}" = "${version}"\n`)
    .join('')}`
}
