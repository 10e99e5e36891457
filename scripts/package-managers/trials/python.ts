import { digest, zip } from '../archives.ts'
import { greeting, type Trial } from '../trial.ts'

const host = 'pypi.acme.example'
const wheelName = 'acme_tools-1.0-py3-none-any.whl'
const wheel = zip({
  'acme_tools.py': `HELLO = '${greeting}'\n`,
  'acme_tools-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: acme-tools\nVersion: 1.0\n',
  'acme_tools-1.0.dist-info/WHEEL': 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  'acme_tools-1.0.dist-info/RECORD':
    'acme_tools.py,,\nacme_tools-1.0.dist-info/METADATA,,\nacme_tools-1.0.dist-info/WHEEL,,\nacme_tools-1.0.dist-info/RECORD,,\n',
})
const sha256 = digest('sha256', wheel)

function answer(path: string): string | Buffer | null {
  const link = `<!DOCTYPE html><a href="/files/${wheelName}#sha256=${sha256}">${wheelName}</a>`
  return { '/simple/acme-tools/': link, [`/files/${wheelName}`]: wheel }[path] ?? null
}

const common = {
  host,
  presets: ['pypi'],
  answer,
  use: `.venv/bin/python -c 'import acme_tools; print(acme_tools.HELLO)'`,
}

export const pythonTrials: readonly Trial[] = [
  {
    ...common,
    program: 'pip',
    version: 'python3 -m pip --version',
    files: { 'requirements.txt': `acme-tools==1.0 --hash=sha256:${sha256}\n` },
  },
  {
    ...common,
    program: 'poetry',
    version: 'poetry --version',
    files: { 'pyproject.toml': poetryProject(), 'poetry.lock': poetryLock() },
  },
]

function poetryProject(): string {
  return `[tool.poetry]
name = "x"
version = "1.0"
description = ""
authors = []

[tool.poetry.dependencies]
python = ">=3.11"
acme-tools = "1.0"

[[tool.poetry.source]]
name = "acme"
url = "https://${host}/simple/"
`
}

function poetryLock(): string {
  return `[[package]]
name = "acme-tools"
version = "1.0"
description = ""
optional = false
python-versions = "*"
groups = ["main"]
files = [{file = "${wheelName}", hash = "sha256:${sha256}"}]

[package.source]
type = "legacy"
url = "https://${host}/simple"
reference = "acme"

[metadata]
lock-version = "2.1"
python-versions = ">=3.11"
content-hash = "${contentHash()}"
`
}

/** Of what the project's file asks for, as Poetry has it: in Python's form of JSON, which has blanks after its signs. */
function contentHash(): string {
  const source = `[{"name": "acme", "url": "https://${host}/simple/"}]`
  const dependencies = '{"acme-tools": "1.0", "python": ">=3.11"}'
  return digest(
    'sha256',
    `{"dependencies": ${dependencies}, "dev-dependencies": null, "extras": null, "source": ${source}}`,
  )
}
