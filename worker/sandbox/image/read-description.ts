import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { suites } from './image-content.ts'
import { ImageError } from './image-error.ts'
import { miseSchema } from './mise-tools.ts'

const imageName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'an image has a name of small letters, digits and dashes')
  .refine((name) => name !== 'host', 'host is no built image: it is the machine itself')

const debianPackage = z
  .string()
  .regex(/^[a-z0-9][a-z0-9+.-]{1,63}$/, 'give the name of a Debian package, without a version: the archive has one')

const relativePath = z
  .string()
  .regex(/^[A-Za-z0-9@._*/-]{1,200}$/, 'give a path of plain letters in the npm folder; * stands for a part of a name')
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'give a path inside the npm folder')

/** The sandbox's own variables, which every engine sets, and PATH, which every image has. */
const ownVariables = new Set(['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TERM', 'LANG'])
const variableName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'a variable has a name of capital letters, digits and underscores')
  .refine((name) => !ownVariables.has(name), 'this variable is set by the sandbox: take another name')

const variableValue = z
  .string('give one line of text, in quotes if it is a number')
  .max(1000)
  .regex(/^[^\0\n]*$/, 'give one line of text, in quotes if it is a number')

const descriptionSchema = z.strictObject({
  /** The image that this one adds to. */
  from: imageName.optional(),
  /** The release of Debian; that of the image that this one adds to, where it names one. */
  suite: z.enum(suites).optional(),
  /** Debian packages, installed without what they only recommend. */
  debian: z.array(debianPackage).default([]),
  /** Folders beside image.yaml with a package.json and a package-lock.json. */
  npm: z
    .array(
      z.strictObject({
        folder: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'give the name of a folder beside image.yaml'),
        /** Becomes /usr/local/bin/NAME; the path is in the installed folder and must match one file. */
        programs: z.record(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, 'give a plain program name'), relativePath),
      }),
    )
    .default([]),
  /** Tools by mise, which has to be a program of an npm folder. */
  mise: miseSchema.default({}),
  user: z
    .literal('airlock', { error: 'every sandbox runs as airlock (1000): leave the key out, or write airlock' })
    .default('airlock'),
  env: z.record(variableName, variableValue).default({}),
  /** Argument lists that must end with 0 in a sandbox of the finished image. */
  smoke: z
    .array(z.array(z.string().max(2000), 'give a list of words: [git, --version]').min(1, 'a command needs a program'))
    .default([]),
})

const known = Object.keys(descriptionSchema.shape)

export type ImageDescription = z.output<typeof descriptionSchema>

/** Reads sandbox-images/NAME/image.yaml. Throws ImageError `description` with file, key and what would be right. */
export async function readDescription(descriptions: string, name: string): Promise<ImageDescription> {
  const parsed = imageName.safeParse(name)
  if (!parsed.success) throw new ImageError('description', `${name}: ${parsed.error.issues[0]?.message ?? 'no name'}`)
  const file = join(descriptions, name, 'image.yaml')
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ImageError('description', `there is no ${file}: write one, or build an image that has one`, { cause })
  })
  return parseDescription(text, file)
}

/** Pure. `file` is for the messages. */
export function parseDescription(text: string, file: string): ImageDescription {
  const document = parseDocument(text)
  const [broken] = document.errors
  if (broken !== undefined) throw new ImageError('description', `${file}: ${broken.message}`)
  const parsed = descriptionSchema.safeParse(plainValue(document, file) ?? {})
  if (parsed.success) return parsed.data
  throw new ImageError('description', parsed.error.issues.map((issue) => `${file}: ${describe(issue)}`).join('\n'))
}

function plainValue(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 })
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause
    throw new ImageError('description', `${file}: * refers to another place in the file: write the value out`, {
      cause,
    })
  }
}

function describe(issue: z.core.$ZodIssue): string {
  const key = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const where = key === '' ? ` (known: ${known.join(', ')})` : ''
    return `${[...issue.path, issue.keys[0]].join('.')}: there is no such key${where}: take it out`
  }
  const [inKey] = issue.code === 'invalid_key' ? issue.issues : []
  return `${key === '' ? 'the file' : key}: ${inKey?.message ?? issue.message}`
}
