import { whenChanged, whenProgramChanged } from '../../match/when-changed.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Rule } from '../../rule.ts'

const leaveIt = 'Take it out; people who want it set it for themselves.'

/** What runs because someone enters a folder, by shell or in a cloud workspace. */
export const folderRules: readonly Rule[] = [
  {
    id: 'cloud-workspace',
    severity: 'block',
    paths: [
      '**/.gitpod.{yml,yaml}',
      '**/.replit',
      '**/replit.nix',
      '**/.idx/dev.nix',
      '**/.stackblitzrc',
      '**/.codesandbox/**',
    ],
    when: 'It would run when the repository is opened in a cloud workspace.',
    mend: leaveIt,
    match: whenChanged(),
  },
  {
    id: 'shell-directory-script',
    severity: 'block',
    paths: ['**/{.envrc,.autoenv,.autoenv.zsh,.env.leave}', '**/{mise,.mise}{,.local}/hooks/**'],
    when: 'The shell would run it when someone enters the folder.',
    mend: leaveIt,
    match: whenChanged(),
  },
  {
    id: 'program-startup',
    severity: 'block',
    paths: [
      '**/{.pryrc,.irbrc,.Rprofile,.Rprofile.site,.Renviron,.gdbinit,.lldbinit,.iex.exs,.guile,.sqliterc}',
      '**/{.ghci,.ocamlinit,.erlang,.pdbrc,.pdbrc.py,.byebugrc,.rdbgrc,.rdbgrc.rb,.octaverc,.perldb}',
      '**/renv/activate.R',
      '**/.ipython/profile_*/{startup/**,*.py}',
      '**/.jupyter/*.py',
    ],
    when: 'An interpreter or debugger would run it when someone starts it in this folder.',
    mend: leaveIt,
    match: whenProgramChanged(),
  },
  {
    id: 'shell-tool-hook',
    severity: 'block',
    paths: [
      '**/{mise,.mise}{,.*}.toml',
      '**/{.mise,mise,.config/mise}/{config.toml,config.*.toml,conf.d/*.toml}',
      '**/.rtx.toml',
      '**/.config/mise.toml',
    ],
    when: 'mise would run it when someone enters the folder or installs the tools.',
    mend: leaveIt,
    match: whenLinesAdded('This line names something to run.', ({ text }) =>
      /^\s{0,20}\[{1,2}(?:hooks|tasks|watch_files|plugins|alias)\b|^\s{0,20}(?:enter|leave|cd|preinstall|postinstall|run|_\.\w{1,20}|source|script)\s{0,5}=|\bexec\s{0,3}\(/.test(
        text,
      ),
    ),
  },
]
