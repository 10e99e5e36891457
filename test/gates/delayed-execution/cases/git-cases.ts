import { added, changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'

const preCommit = (rev: string, hook = 'black', repo = 'https://h.example/black') =>
  `repos:\n  - repo: ${repo}\n    rev: ${rev}\n    hooks:\n      - id: ${hook}\n`

const ownHook = (args: string, beside = '[]') =>
  `repos:\n  - repo: local\n    hooks:\n      - id: a\n        entry: a\n        language: system\n        args: ${args}\n        additional_dependencies: ${beside}\n`

export const gitCases: readonly RuleCase[] = [
  {
    rule: 'git-hooks',
    severity: 'hold',
    what: 'a hook that only loses lines',
    fires: changed('.husky/pre-commit', '#!/bin/sh\nnpm test\n', 'npm test\n'),
    quiet: changed('.husky/pre-commit', 'npm test\n', null),
  },
  {
    rule: 'pre-commit-config',
    severity: 'block',
    what: 'an argument of the repository’s own hook',
    fires: changed('.pre-commit-config.yaml', ownHook('[a]'), ownHook('[a, b]')),
    quiet: changed('.pre-commit-config.yaml', ownHook('[a]'), `${ownHook('[a]')}        exclude: ^docs\n`),
  },
  {
    rule: 'pre-commit-config',
    severity: 'block',
    what: 'one more package beside a hook',
    fires: changed('.pre-commit-config.yaml', ownHook('[a]', '[x>=1]'), ownHook('[a]', '[x>=1, y]')),
    quiet: changed('.pre-commit-config.yaml', ownHook('[a]', '[x>=1]'), ownHook('[a]', '[x>=2]')),
  },
  {
    rule: 'pre-commit-config',
    severity: 'block',
    what: 'a new hook of the repository’s own',
    fires: added('.pre-commit-config.yaml', ownHook('[a]')),
    quiet: changed(
      '.pre-commit-config.yaml',
      ownHook('[a]'),
      `${ownHook('[a]')}      - id: b\n        entry: x\n        language: pygrep\n`,
    ),
  },
  {
    rule: 'pre-commit-revision',
    severity: 'hold',
    what: 'another argument of a hook from elsewhere',
    fires: changed(
      '.pre-commit-config.yaml',
      preCommit('v1'),
      `${preCommit('v1')}`.replace(/(id: \S+)/, '$1\n        args: [b]'),
    ),
    quiet: changed('.pre-commit-config.yaml', preCommit('v1'), preCommit('v1')),
  },
  {
    rule: 'git-hooks',
    severity: 'block',
    what: 'a husky hook',
    fires: added('.husky/pre-commit', 'npm test\n'),
    quiet: added('.husky/.gitignore', '_\n'),
  },
  {
    rule: 'git-hooks',
    severity: 'block',
    what: 'a lefthook configuration in other case',
    fires: changed('Lefthook.YML', 'a: 1\n', 'pre-push: {}\n'),
    quiet: added('docs/lefthook.md', 'How we used lefthook.\n'),
  },
  {
    rule: 'git-hook-name',
    severity: 'hold',
    what: 'a file named like a hook in a hooks folder',
    fires: added('hooks/pre-push', 'exit 0\n'),
    quiet: added('src/hooks/use-push.ts', 'export {}\n'),
  },
  {
    rule: 'pre-commit-config',
    severity: 'block',
    what: 'a new pre-commit hook',
    fires: changed('.pre-commit-config.yaml', preCommit('v1'), preCommit('v1', 'evil')),
    quiet: changed('.pre-commit-config.yaml', preCommit('v1'), `# a comment\n${preCommit('v1')}`),
  },
  {
    rule: 'pre-commit-revision',
    severity: 'hold',
    what: 'another version of a pre-commit hook',
    fires: changed('.pre-commit-config.yaml', preCommit('v1'), preCommit('v2')),
    quiet: changed('.pre-commit-config.yaml', preCommit('v1'), preCommit('v1').replaceAll("'", '"')),
  },
  {
    rule: 'git-attributes',
    severity: 'block',
    what: 'a filter of unknown program',
    fires: added('.gitattributes', '*.c filter=indent\n'),
    quiet: added(
      '.gitattributes',
      '* text=auto eol=lf\n*.png binary\n*.ts diff=typescript linguist-vendored\n'.replace(
        ' diff=typescript',
        ' diff=html',
      ),
    ),
  },
  {
    rule: 'git-attributes',
    severity: 'hold',
    what: 'large-file storage',
    fires: changed('a/.gitattributes', '* text\n', '* text\n*.bin filter=lfs diff=lfs merge=lfs -text\n'),
    quiet: changed(
      '.gitattributes',
      '*.bin filter=lfs diff=lfs merge=lfs\n',
      '*.bin filter=lfs diff=lfs merge=lfs\n*.lock merge=union\n',
    ),
  },
  {
    rule: 'git-modules',
    severity: 'block',
    what: 'a submodule',
    fires: added('.gitmodules', '[submodule "a"]\n\tpath = a\n\turl = https://h.example/a\n'),
    quiet: changed('.gitmodules', '[submodule "a"]\n', null),
  },
  {
    rule: 'git-config',
    severity: 'block',
    what: 'a git configuration file',
    fires: added('.gitconfig', '[core]\n\teditor = x\n'),
    quiet: added('.gitignore', 'node_modules\n'),
  },
  {
    rule: 'git-config-command',
    severity: 'block',
    what: 'a script that points git at other hooks',
    fires: added('scripts/setup.sh', 'git config core.hooksPath .hooks\n'),
    quiet: added('docs/git.md', 'Run `git config core.hooksPath .hooks`.\n'),
  },
]
