import { entriesAt, listAt, valueAt } from '../../../change/read-value.ts'
import { whenChanged } from '../../match/when-changed.ts'
import { whenEntriesChange } from '../../match/when-entries-change.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Rule } from '../../rule.ts'

const onOpen = 'The editor, or a language server behind it, would start or load it when the folder is opened.'
const leaveIt = 'Take it out; people who want it set it for themselves.'

/** What starts before, or in place of, the program that is debugged. */
const namesProgram =
  /^(?:runtimeExecutable|runtimeArgs|python|pythonPath|miDebuggerPath|debugServerPath|dlvToolPath|javaExec|setupCommands|preLaunchTask|postDebugTask|envFile|env|environment|command)$/

/** What language servers and editors of fewer people start or load because a file of the folder says so. */
export const editorProgramRules: readonly Rule[] = [
  {
    id: 'editor-debug-program',
    severity: 'hold',
    paths: ['**/.vscode/launch.json', '**/*.code-workspace', '**/.vs/{tasks,launch}.vs.json'],
    when: 'It would run when somebody starts the debugger or a task in this folder.',
    mend: 'Have a person look at it.',
    match: whenEntriesChange('jsonc', function* (document) {
      const lists = [[], ['launch']].flatMap((place) => listAt(document, ...place, 'configurations'))
      for (const one of [...lists, ...listAt(document, 'tasks')]) {
        for (const [key, value] of entriesAt(one)) if (namesProgram.test(key)) yield [key, value]
      }
    }),
  },
  {
    id: 'editor-project-script',
    severity: 'hold',
    paths: ['**/nbproject/*.xml'],
    when: 'NetBeans and Ant would run it on the next build.',
    mend: 'Have a person look at it.',
    match: whenChanged(),
  },
  {
    id: 'editor-language-server',
    severity: 'block',
    paths: ['**/coc-settings.json', '**/{.luarc,.neoconf,omnisharp,.lsp}.{json,jsonc}'],
    when: onOpen,
    mend: leaveIt,
    match: whenEntriesChange('jsonc', function* (document) {
      const keys = ['languageserver', 'runtime.plugin', 'runtime', 'RoslynExtensionsOptions', 'lspconfig']
      for (const [key, value] of entriesAt(document)) {
        const plugin = key === 'runtime' ? valueAt(value, 'plugin') : value
        const isServer = valueAt(value, 'command') !== undefined
        if ((keys.includes(key) || isServer) && plugin !== undefined) yield [key, plugin]
      }
    }),
  },
  {
    id: 'editor-language-server',
    severity: 'block',
    paths: ['**/hie.yaml'],
    when: onOpen,
    mend: leaveIt,
    match: whenLinesAdded('This line names a program.', ({ text }) =>
      /^[\s-]{0,40}[^#]{0,100}\b(?:program|shell|dependency-program)\s{0,5}:/.test(text),
    ),
  },
  {
    id: 'editor-local-script',
    severity: 'block',
    paths: [
      '**/{.ycm_extra_conf.py,.local.vimrc,.lnvim.lua}',
      '**/.helix/*.toml',
      '**/.externalToolBuilders/**',
      '**/.nova/Tasks/**',
    ],
    when: onOpen,
    mend: leaveIt,
    match: whenChanged(),
  },
  {
    id: 'editor-autorun-task',
    severity: 'block',
    paths: ['**/.zed/tasks.json'],
    when: 'It would run when a worktree is made, without being asked for.',
    mend: leaveIt,
    match: whenEntriesChange('jsonc', (document) =>
      (Array.isArray(document) ? document : [])
        .filter((task) => listAt(task, 'hooks').length > 0)
        .map((task) => ['hooks', task]),
    ),
  },
  {
    id: 'editor-extension',
    severity: 'hold',
    paths: ['**/.vscode/extensions.json'],
    when: 'Editors would offer to install it to everyone who opens the folder.',
    mend: 'Have a person look at the extension: is it the one that was meant?',
    match: whenEntriesChange('jsonc', (document) =>
      listAt(document, 'recommendations').map((name) => [`recommendations ${name}`, true]),
    ),
  },
]
