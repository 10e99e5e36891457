import { entriesAt, valueAt } from '../../../change/read-value.ts'
import { whenChanged } from '../../match/when-changed.ts'
import { type Pick, whenEntriesChange } from '../../match/when-entries-change.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Rule, RuleText } from '../../rule.ts'
import { saysTheSame } from '../builds/same-build.ts'

const environment: RuleText = {
  id: 'shell-environment',
  severity: 'hold',
  when: 'It would run when someone starts the shell, or the services, that the project describes.',
  mend: 'Have a person look at it.',
}

/** Variables that interpreters, loaders, git and agents obey; how much memory Node may take is none of these. */
const loadsCode =
  /^\s{0,10}(?:export\s{1,5})?(?:NODE_OPTIONS(?!\s{0,5}=\s{0,5}["']?--max-old-space-size=\d{1,6}["']?\s{0,5}$)|LD_PRELOAD|LD_LIBRARY_PATH|DYLD_INSERT_LIBRARIES|BASH_ENV|PROMPT_COMMAND|PYTHONSTARTUP|PYTHONHOME|RUBYOPT|RUBYLIB|PERL5OPT|PERL5LIB|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|DOTNET_STARTUP_HOOKS|GIT_SSH_COMMAND|GIT_SSH|GIT_EXTERNAL_DIFF|GIT_EDITOR|GIT_CONFIG_\w{1,20}|CODEX_HOME|CLAUDE_CONFIG_DIR)\s{0,5}=/

/** Environments that people start for a project: what they run then, and what they put in place of programs. */
export const environmentRules: readonly Rule[] = [
  {
    ...environment,
    paths: ['**/{devenv.nix,devenv.yaml,devenv.local.nix,guix.scm,manifest.scm,channels.scm}', '**/.mise/tasks/**'],
    match: (file, change) => (saysTheSame(file) ? [] : whenChanged()(file, change)),
  },
  {
    ...environment,
    paths: ['**/devbox.json'],
    match: whenEntriesChange('jsonc', (document) => keysOf(document, ['shell', 'include', 'env', 'env_from'])),
  },
  {
    ...environment,
    paths: ['**/.flox/env/manifest.toml', '**/pixi.toml'],
    match: whenEntriesChange('toml', (document) =>
      keysOf(document, ['hook', 'profile', 'services', 'include', 'activation', 'vars']),
    ),
  },
  {
    ...environment,
    paths: ['**/.env', '**/.env.*'],
    when: 'Programs that read the file would load what it names before they begin.',
    match: whenLinesAdded('This variable makes programs load or start something.', ({ text }) => loadsCode.test(text)),
  },
  {
    ...environment,
    id: 'shell-tool-hook',
    severity: 'block',
    paths: ['**/.tool-versions'],
    when: 'asdf or mise would start what lies there whenever someone calls that program in this folder.',
    match: whenLinesAdded('This line names a place in place of a version.', ({ text }) =>
      /^\s{0,20}[^#\s]{1,100}\s.{0,200}\b(?:path|ref):/.test(text),
    ),
  },
]

function keysOf(document: unknown, keys: readonly string[]): ReturnType<Pick> {
  return entriesAt(document)
    .filter(([key]) => keys.includes(key))
    .map(([key]) => [key, valueAt(document, key)])
}
