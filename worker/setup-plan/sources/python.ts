import { type BaseView, type Found, type FoundCommand, named, present } from '../base-view.ts'

interface Manager {
  readonly lockfile: string
  readonly program: string
  readonly line: string
  readonly inputs: (view: BaseView, text: string | null) => FoundCommand['inputs']
}

/**
 * In the order in which they are taken. Dependencies alone: the project itself is what the agent works on, and
 * building it would run the repository's code over every one of its files.
 */
const managers: readonly Manager[] = [
  {
    lockfile: 'uv.lock',
    program: 'uv',
    line: 'uv sync --frozen --no-install-project --no-install-workspace',
    inputs: (view, text) => locked(view, text, /\{ (?:path|directory) = /),
  },
  {
    lockfile: 'poetry.lock',
    program: 'poetry',
    line: 'POETRY_VIRTUALENVS_IN_PROJECT=true poetry install --no-root --no-interaction',
    inputs: (view, text) => locked(view, text, /^type = "(?:directory|file)"/m),
  },
  {
    lockfile: 'requirements.txt',
    program: 'python3',
    line: 'python3 -m venv .venv && .venv/bin/pip install --no-input --requirement requirements.txt',
    inputs: requirements,
  },
]

/** uv, poetry, pip. */
export function findPython(view: BaseView): Found {
  const [first, ...others] = managers.filter(({ lockfile }) => view.paths.has(lockfile))
  if (first === undefined) return { commands: [], notDone: [] }
  const { lockfile: from, line, program } = first
  const command = { line, from, program, network: ['pypi'], inputs: first.inputs(view, view.text(from)) }
  const why = `${from} is there too, and one manager installs`
  return { commands: [command], notDone: others.map(({ lockfile: what }) => ({ what, why })) }
}

function locked(view: BaseView, text: string | null, local: RegExp): FoundCommand['inputs'] {
  if (text === null || local.test(text))
    return { tree: 'its lockfile was not read, or names folders of the repository' }
  return [...named(view, 'pyproject.toml', 'uv.toml', 'poetry.toml', 'uv.lock', 'poetry.lock'), ...versions(view)]
}

/** A line that is no plain requirement may lead to any other file. */
function requirements(view: BaseView, text: string | null): FoundCommand['inputs'] {
  const isPlain = (line: string) =>
    /^\s*(?:#|--hash|[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\]\s*)?(?:[<>=!~;#\\]|$)|$)/.test(line)
  const odd = text === null ? 'requirements.txt' : text.split('\n').find((line) => !isPlain(line))
  if (odd !== undefined) return { tree: `it leads to other files: ${odd.trim().slice(0, 100)}` }
  return ['requirements.txt', ...versions(view)]
}

function versions(view: BaseView): string[] {
  return present(view, '.python-version')
}
