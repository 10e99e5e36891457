import { entriesAt, listAt, textAt, valueAt } from '../../../change/read-value.ts'
import { whenChanged } from '../../match/when-changed.ts'
import { whenEntriesChange } from '../../match/when-entries-change.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Rule } from '../../rule.ts'
import { setsIndentation } from './editor-indentation.ts'

const onOpen = 'It would run when the folder is opened, for everyone who trusts the workspace.'
const onSetting = 'The editor would start that program, or stop asking first, when the folder is opened.'
const leaveIt = 'Take it out; people who want it set it for themselves.'

/**
 * The last word of a setting that names a program, its surroundings, or takes a question away. Settings are
 * without number, so here the dangerous ones are named; where a file has few keys, the harmless ones are.
 */
const dangerousSetting =
  /(?:^mcp$|(?:path|paths|executable|exe|binary|command|commands|cmd|interpreter|tsdk|runtime|shell|shells|profiles?|automationProfile|env|environment|envFile|preLaunchTask|autoApprove|autoApproved|autoReply|yolo|allowAutomaticTasks|autorun|runOnSave|proxy|proxyStrictSSL|serverUrl|baseUrl|endpoint|tools?Path|alternateTools)(?:\.(?:linux|osx|windows))?$|\.trust\.|\.autoApprove\.|\.profiles\.|\.env\.|\.mcp\.)/i
/** Names that the pattern catches and that start nothing. */
const harmlessSetting =
  /^(?:settings\.)?(?:files|search|explorer|breadcrumbs|path-intellisense|javascript\.preferences|typescript\.preferences|npm\.exclude)\b/i
/** Settings that take nothing away where they say so. */
const asksFirst: readonly [name: RegExp, value: unknown][] = [
  [/(?:autoApprove|autoApproved|autoReply|yolo|autorun|runOnSave)$/i, false],
  [/allowAutomaticTasks$/i, 'off'],
  [/(?:\.trust\.enabled|proxyStrictSSL)$/i, true],
]
/** The TypeScript of the project itself, which editors ask about before they use it. */
const ownTypeScript = /^(?:\.\/)?node_modules\/typescript\/lib\/?$/

/** What Emacs evaluates and what Vim takes for an expression, in a comment at the head or the end of a file. */
const fileVariables =
  /-\*-.{0,300}\beval\s{0,5}:|^\W{0,10}eval:\s{0,5}\(|\b(?:vim?|ex):.{0,200}\b(?:foldexpr|formatexpr|indentexpr|includeexpr|modelineexpr|fde|fex|inde|inex|statusline|stl|tagfunc|makeprg|mp)=/

/** Characters. Such a comment stands on a short line; a long one is not worth the look. */
const longestComment = 1000

const containerCommands = [
  'initializeCommand',
  'onCreateCommand',
  'updateContentCommand',
  'postCreateCommand',
  'postStartCommand',
  'postAttachCommand',
]
const containerSources = [
  'image',
  'build',
  'dockerFile',
  'dockerComposeFile',
  'features',
  'mounts',
  'workspaceMount',
  'runArgs',
  'privileged',
  'capAdd',
  'securityOpt',
  'containerEnv',
  'remoteEnv',
  'customizations',
]

export const editorRules: readonly Rule[] = [
  {
    id: 'editor-autorun-task',
    severity: 'block',
    paths: ['**/.vscode/tasks.json', '**/*.code-workspace', '**/.zed/tasks.json'],
    when: onOpen,
    mend: leaveIt,
    match: whenEntriesChange('jsonc', function* (document) {
      for (const task of [...listAt(document, 'tasks'), ...listAt(document, 'tasks', 'tasks')]) {
        if (textAt(task, 'runOptions', 'runOn') !== null && textAt(task, 'runOptions', 'runOn') !== 'default') {
          yield [`tasks ${textAt(task, 'label') ?? textAt(task, 'taskName') ?? 'runOn'}`, task]
        }
      }
    }),
  },
  {
    id: 'editor-setting',
    severity: 'block',
    paths: ['**/.vscode/settings.json', '**/*.code-workspace', '**/.vscode/*.code-snippets'],
    when: onSetting,
    mend: leaveIt,
    match: whenEntriesChange('jsonc', (document) => [
      ...settings(document, ''),
      ...settings(valueAt(document, 'settings'), ''),
    ]),
  },
  {
    id: 'editor-project-programs',
    severity: 'block',
    paths: [
      '**/.zed/settings.json',
      '**/.zed/debug.json',
      '**/.fleet/{run,settings}.json',
      '**/.sublime-project',
      '**/*.sublime-{project,build}',
    ],
    when: onSetting,
    mend: leaveIt,
    match: whenEntriesChange('jsonc', function* (document) {
      const programs = [
        'lsp',
        'languages',
        'terminal',
        'context_servers',
        'configurations',
        'build_systems',
        'agent',
        'backend',
        'dap',
      ]
      for (const [key, value] of entriesAt(document)) if (programs.includes(key)) yield [key, value]
    }),
  },
  {
    id: 'editor-run-configuration',
    severity: 'block',
    paths: [
      '**/.idea/{runConfigurations,tools,scopes,externalDependencies}/**',
      '**/.idea/{startup,watcherTasks,externalTools,workspace,jsLibraryMappings,remote-targets,sshConfigs}.xml',
      '**/.run/*.run.xml',
    ],
    when: 'The IDE would offer or run it when the project is opened or a file is saved.',
    mend: leaveIt,
    match: whenChanged(),
  },
  {
    id: 'editor-local-script',
    severity: 'block',
    paths: [
      '**/{.vimrc,.exrc,.nvimrc,.nvim.lua,.lvimrc,_vimrc,.gvimrc,.dir-locals.el,.dir-locals-2.el,.projectile}',
      '**/.nvim/**',
    ],
    when: 'The editor would run it when a file of the folder is opened.',
    mend: leaveIt,
    match: (file, change) => (setsIndentation(file) ? [] : whenChanged()(file, change)),
  },
  {
    id: 'editor-file-variables',
    severity: 'block',
    paths: ['**'],
    words: ['-*-', 'eval:', 'vi:', 'vim:', 'ex:'],
    when: 'Emacs or Vim would run it when the file is opened.',
    mend: leaveIt,
    match: whenLinesAdded(
      'This line tells an editor what to run.',
      ({ text }) => text.length < longestComment && fileVariables.test(text),
    ),
  },
  {
    id: 'dev-container-command',
    severity: 'block',
    paths: ['**/.devcontainer/**/devcontainer.json', '**/{.devcontainer,devcontainer}.json'],
    when: 'It would run when the folder is opened in a container or codespace, `initializeCommand` on the host itself.',
    mend: leaveIt,
    match: whenEntriesChange('jsonc', (document) =>
      entriesAt(document).filter(([key]) => containerCommands.includes(key)),
    ),
  },
  {
    id: 'dev-container-source',
    severity: 'hold',
    paths: ['**/.devcontainer/**/devcontainer.json', '**/{.devcontainer,devcontainer}.json'],
    when: 'It would decide what is built and run, and what of the host is reachable, when the folder is opened in a container.',
    mend: 'Have a person look at it.',
    match: whenEntriesChange('jsonc', (document) =>
      entriesAt(document).filter(([key]) => containerSources.includes(key)),
    ),
  },
  {
    id: 'dev-container-source',
    severity: 'hold',
    paths: ['**/.devcontainer/**/*.{sh,bash,zsh,fish,ps1,py,js}', '**/.devcontainer/**/devcontainer-feature.json'],
    when: 'It would run where a container is made for the folder, if a command or feature of it says so.',
    mend: 'Have a person look at it.',
    match: whenChanged(),
  },
]

/** Characters. No setting has so long a name: under a longer one, each key would be read as that long again. */
const longestName = 500

/** Settings as one flat list, whether they are written with dots or nested. */
function* settings(value: unknown, prefix: string): Generator<[string, unknown]> {
  for (const [key, inner] of entriesAt(value)) {
    const name = prefix === '' ? key : `${prefix}.${key}`
    if (/^\[/.test(key)) yield* settings(inner, '')
    else if (name.length > longestName) yield [name.slice(0, longestName), inner]
    else if (asksFirst.some(([setting, value]) => value === inner && setting.test(name))) continue
    else if (dangerousSetting.test(name) && !harmlessSetting.test(name) && !ownTypeScript.test(String(inner)))
      yield [name, inner]
    else yield* settings(inner, name)
  }
}
