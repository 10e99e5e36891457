import { added, changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'

const tasks = (runOn?: string) =>
  JSON.stringify({
    version: '2.0.0',
    tasks: [{ label: 'x', command: 'x', ...(runOn ? { runOptions: { runOn } } : {}) }],
  })

export const editorCases: readonly RuleCase[] = [
  {
    rule: 'program-startup',
    severity: 'block',
    what: 'what an interpreter runs first',
    fires: added('.Rprofile', 'system("x")\n'),
    quiet: added('R/profile.R', 'x <- 1\n'),
  },
  {
    rule: 'editor-autorun-task',
    severity: 'block',
    what: 'a task on opening',
    fires: added('.vscode/tasks.json', `// tasks\n${tasks('folderOpen')}`),
    quiet: added('.vscode/tasks.json', tasks()),
  },
  {
    rule: 'editor-autorun-task',
    severity: 'block',
    what: 'a task of a workspace file, in other case',
    fires: added('X.Code-Workspace', JSON.stringify({ tasks: JSON.parse(tasks('folderOpen')) })),
    quiet: added('x.code-workspace', '{"folders":[{"path":"."}]}'),
  },
  {
    rule: 'editor-setting',
    severity: 'block',
    what: 'an executable',
    fires: changed('.vscode/settings.json', '{}', '{"git.path": "./git"}'),
    quiet: changed(
      '.vscode/settings.json',
      '{}',
      '{"editor.tabSize": 2, "files.exclude": {"dist": true}, "typescript.tsdk": "node_modules/typescript/lib"}',
    ),
  },
  {
    rule: 'editor-setting',
    severity: 'block',
    what: 'an answer given beforehand',
    fires: added('.vscode/settings.json', '{"chat.tools.terminal.autoApprove": {"rm": true},}'),
    quiet: added('.vscode/settings.json', '{"editor.formatOnSave": true}'),
  },
  {
    rule: 'editor-setting',
    severity: 'block',
    what: 'a nested setting for one language',
    fires: added('.vscode/settings.json', '{"[python]": {"python": {"defaultInterpreterPath": "./x"}}}'),
    quiet: added('.vscode/settings.json', '{"[python]": {"editor.tabSize": 4}}'),
  },
  {
    rule: 'editor-project-programs',
    severity: 'block',
    what: 'a language server',
    fires: added('.zed/settings.json', '{"lsp": {"x": {"binary": {"path": "./x"}}}}'),
    quiet: added('.zed/settings.json', '{"tab_size": 2}'),
  },
  {
    rule: 'editor-run-configuration',
    severity: 'block',
    what: 'a file watcher',
    fires: added('.idea/watcherTasks.xml', '<x/>\n'),
    quiet: added('.idea/codeStyles/Project.xml', '<x/>\n'),
  },
  {
    rule: 'editor-local-script',
    severity: 'block',
    what: 'a script for vim',
    fires: added('.exrc', ':!id\n'),
    quiet: added('.editorconfig', 'root = true\n'),
  },
  {
    rule: 'dev-container-command',
    severity: 'block',
    what: 'a command on the host',
    fires: changed('.devcontainer/devcontainer.json', '{"name":"x"}', '{"name":"x","initializeCommand":"id"}'),
    quiet: changed('.devcontainer/devcontainer.json', '{"name":"x"}', '{"name":"y"}'),
  },
  {
    rule: 'dev-container-source',
    severity: 'hold',
    what: 'another image',
    fires: changed('.devcontainer/a/devcontainer.json', '{"image":"a"}', '{"image":"b"}'),
    quiet: changed('.devcontainer/devcontainer.json', '{"image":"a"}', '{"image":"a","forwardPorts":[80]}'),
  },
  {
    rule: 'cloud-workspace',
    severity: 'block',
    what: 'a Gitpod task',
    fires: added('.gitpod.yml', 'tasks: []\n'),
    quiet: added('docs/gitpod.md', 'x\n'),
  },
  {
    rule: 'shell-directory-script',
    severity: 'block',
    what: 'a direnv file',
    fires: added('sub/.envrc', 'use nix\n'),
    quiet: added('.env.example', 'A=\n'),
  },
  {
    rule: 'shell-tool-hook',
    severity: 'block',
    what: 'a hook of mise',
    fires: added('mise.toml', '[hooks]\nenter = "x"\n'),
    quiet: added('mise.toml', '[tools]\nnode = "24"\n'),
  },
]
