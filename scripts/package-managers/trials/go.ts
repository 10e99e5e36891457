import { digest, zip } from '../archives.ts'
import { greeting, type Trial } from '../trial.ts'

const host = 'go.acme.example'
const module = 'code.acme.example/tools'
const mod = `module ${module}\n\ngo 1.19\n`
const source = `package tools\n\nconst Hello = "${greeting}"\n`
const files = { 'go.mod': mod, 'tools.go': source }
const under = (prefix: string) => Object.fromEntries(Object.entries(files).map(([path, text]) => [prefix + path, text]))
const prefix = `${module}@v1.0.0/`

const answers: Readonly<Record<string, string | Buffer>> = {
  [`/${module}/@v/v1.0.0.info`]: JSON.stringify({ Version: 'v1.0.0', Time: '2026-01-01T00:00:00Z' }),
  [`/${module}/@v/v1.0.0.mod`]: mod,
  [`/${module}/@v/v1.0.0.zip`]: zip(under(prefix)),
}

export const goTrial: Trial = {
  program: 'go',
  version: 'go version',
  host,
  presets: ['go'],
  files: {
    'go.mod': `module x\n\ngo 1.19\n\nrequire ${module} v1.0.0\n`,
    'go.sum': `${module} v1.0.0 ${hashOf(under(prefix))}\n${module} v1.0.0/go.mod ${hashOf({ 'go.mod': mod })}\n`,
    'main.go': `package main\n\nimport (\n\t"fmt"\n\n\t"${module}"\n)\n\nfunc main() {\n\tfmt.Println(tools.Hello)\n}\n`,
  },
  answer: (path) => answers[path] ?? null,
  use: 'go run .',
}

/** The digest of a list of files, as go.sum has it. */
function hashOf(listed: Readonly<Record<string, string>>): string {
  const lines = Object.entries(listed)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, text]) => `${digest('sha256', text)}  ${path}\n`)
  return `h1:${digest('sha256', lines.join(''), 'base64')}`
}
