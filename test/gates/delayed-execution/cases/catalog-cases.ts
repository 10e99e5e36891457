import type { FileChange } from '../../../../worker/contract/index.ts'
import { added, changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'

const rule =
  (severity: 'block' | 'hold') =>
  (id: string, what: string, fires: FileChange, quiet: FileChange): RuleCase => ({
    rule: id,
    severity,
    what,
    fires,
    quiet,
  })
const [block, hold] = [rule('block'), rule('hold')]

const gitConfig = '[core]\n\teditor = vim\n[color]\n\tui = auto\n'
const catalog = '[libraries]\na = "g:a:1"\n[plugins]\np = { id = "p.p", version = "1" }\n'
const deployment = 'apiVersion: apps/v1\nkind: Deployment\nspec:\n  containers:\n    - image: h.example/a:1\n'
const offered = '- id: a\n  entry: a\n  language: system\n'

/** Files that something runs, obeys or fetches for later, of tools that fewer people use; each beside a harmless change. */
export const catalogCases: readonly RuleCase[] = [
  block(
    'git-config',
    'a pager of git’s, under a comment',
    changed('.gitconfig', gitConfig, `# how I page\n${gitConfig}\tpager = x\n[core]\n\tpager = ./x\n`),
    changed('.gitconfig', gitConfig, `# how I page\n; and why\n\n${gitConfig}`),
  ),
  block(
    'git-config',
    'a comment that goes on from the line above, and is a value there',
    changed('.gitconfig', '[alias]\n\ta = \\\n log\n', '[alias]\n\ta = \\\n# !x\n log\n'),
    changed('.gitconfig', gitConfig, gitConfig.replace('auto', 'always')),
  ),
  block(
    'git-config',
    'options that come under another section',
    changed('.gitconfig', '[color]\n\tpager = true\n', '[core] editor = x\n\tpager = true\n'),
    changed('.gitconfig', '[color]\n\tpager = true\n', '[color]\n\tpager = false\n'),
  ),
  hold(
    'git-config',
    'an option that is gone, as it may have forbidden something',
    changed('.gitconfig', '[protocol]\n\tallow = never\n[core]\n\teditor = x\n', '[core]\n\teditor = x\n'),
    changed('.gitconfig', `${gitConfig}# why\n`, gitConfig),
  ),
  block(
    'git-config',
    'a program in git’s other user file',
    added('.config/git/config', '[core]\n\tfsmonitor = ./x\n'),
    added('.config/git/ignore', 'node_modules\n'),
  ),
  block(
    'git-hooks',
    'what husky runs before every hook, in a home that this is linked into',
    added('.config/husky/init.sh', 'x\n'),
    added('docs/husky/init.sh.md', 'x\n'),
  ),
  block(
    'git-hooks',
    'a hook that composer puts in place',
    added('captainhook.json', '{"pre-commit":{"enabled":true,"actions":[{"action":"x"}]}}'),
    added('captain.json', '{}'),
  ),
  hold(
    'pre-commit-offer',
    'another program behind a hook that other projects use',
    changed('.pre-commit-hooks.yaml', offered, offered.replace('entry: a', 'entry: b')),
    changed('.pre-commit-hooks.yaml', offered, `${offered}  types: [python]\n`),
  ),
  block(
    'terraform-settings',
    'a program in place of a provider',
    added('.terraformrc', 'provider_installation {\n  dev_overrides { "h/aws" = "./x" }\n}\n'),
    changed('.terraformrc', 'disable_checkpoint = true\n', '# quiet\ndisable_checkpoint = true\n'),
  ),
  block(
    'terraform-settings',
    'a comment that ends one with code in it',
    changed('tofu.rc', '/*\nhost "h" {}\n', '/*\n# */\nhost "h" {}\n'),
    changed('tofu.rc', '# a\n', '# b\n'),
  ),
  hold(
    'terraform-program',
    'a program that a plan starts',
    changed('main.tf', '', 'data "external" "x" {\n  program = ["./x"]\n}\n'),
    changed('main.tf', '', 'resource "a" "b" {\n  command = ["x"]\n}\n'),
  ),
  hold(
    'terraform-program',
    'another command of a provisioner',
    changed(
      'a.tf',
      'provisioner "local-exec" {\n  command = "a"\n}\n',
      'provisioner "local-exec" {\n  command = "b"\n}\n',
    ),
    changed(
      'a.tf',
      'provisioner "local-exec" {\n  command = "a"\n}\n',
      '# a\nprovisioner "local-exec" {\n  command = "a"\n}\n',
    ),
  ),
  hold(
    'dependency-source',
    'a module of Terraform from elsewhere',
    changed('main.tf', 'source = "a/b/c"\n', 'source = "git::https://h.example/x"\n'),
    changed(
      'main.tf',
      'source = "a/b/c"\nversion = "1"\n',
      'source = "a/b/c"\nversion = "2"\nmodule "x" { source = "./x" }\n',
    ),
  ),
  block(
    'editor-language-server',
    'a language server of coc.nvim',
    added('.vim/coc-settings.json', '{"languageserver":{"a":{"command":"./x"}}}'),
    added('.vim/coc-settings.json', '{"suggest.noselect":true}'),
  ),
  block(
    'editor-language-server',
    'a plugin of the Lua language server',
    added('.luarc.json', '{"runtime.plugin":"./x.lua"}'),
    added('.luarc.json', '{"runtime.version":"LuaJIT","diagnostics.globals":["vim"]}'),
  ),
  block(
    'editor-language-server',
    'a program for flags of Haskell',
    added('hie.yaml', 'cradle:\n  bios:\n    program: ./x\n'),
    added('hie.yaml', 'cradle:\n  cabal:\n'),
  ),
  block(
    'editor-local-script',
    'a configuration of Helix',
    added('.helix/languages.toml', 'x = 1\n'),
    added('helix.md', 'x\n'),
  ),
  block(
    'editor-autorun-task',
    'a task of Zed that starts by itself',
    added('.zed/tasks.json', '[{"label":"a","command":"x","hooks":["create_worktree"]}]'),
    added('.zed/tasks.json', '[{"label":"a","command":"x"}]'),
  ),
  hold(
    'editor-extension',
    'an extension that editors offer',
    changed('.vscode/extensions.json', '{"recommendations":["a.a"]}', '{"recommendations":["a.a","evil.x"]}'),
    changed('.vscode/extensions.json', '{"recommendations":["a.a","b.b"]}', '{"recommendations":["a.a"]}'),
  ),
  hold(
    'dev-container-source',
    'a script of a container',
    changed('.devcontainer/post.sh', 'a\n', 'b\n'),
    changed('.devcontainer/README.md', 'a\n', 'b\n'),
  ),
  hold(
    'shell-environment',
    'what a shell of devbox runs first',
    added('devbox.json', '{"packages":["a"],"shell":{"init_hook":["x"]}}'),
    added('devbox.json', '{"packages":["a"]}'),
  ),
  hold(
    'shell-environment',
    'what activates an environment of pixi',
    added('pixi.toml', '[activation]\nscripts = ["x.sh"]\n'),
    added('pixi.toml', '[workspace]\nname = "a"\n'),
  ),
  block(
    'shell-tool-hook',
    'a folder in place of a version',
    changed('.tool-versions', 'nodejs 24.1.0\n', 'nodejs path:./x\n'),
    changed('.tool-versions', 'nodejs 24.1.0\n', 'nodejs 24.2.0\n'),
  ),
  block('program-startup', 'what GHCi runs first', added('.ghci', ':!x\n'), added('a.ghcid', 'x\n')),
  hold(
    'new-dependency',
    'a plugin of Gradle, by the catalog',
    changed('gradle/libs.versions.toml', catalog, catalog.replace('p.p', 'evil.p')),
    changed('gradle/libs.versions.toml', catalog, catalog.replaceAll('"1"', '"2"').replace('g:a:1', 'g:a:2')),
  ),
  hold(
    'new-dependency',
    'a package from NuGet',
    changed('a.csproj', '<P/>\n', '<PackageReference Include="Evil" Version="1" />\n'),
    changed(
      'a.csproj',
      '<PackageReference Include="A" Version="1" />\n',
      '<PackageReference Include="A" Version="2" />\n',
    ),
  ),
  hold(
    'new-dependency',
    'a package of Dart',
    changed('pubspec.yaml', 'dependencies:\n  a: ^1.0.0\n', 'dependencies:\n  a: ^1.0.0\n  evil: any\n'),
    changed('pubspec.yaml', 'dependencies:\n  a: ^1.0.0\n', 'dependencies:\n  a: ^1.1.0\n'),
  ),
  hold(
    'new-dependency',
    'a package of conda, and of pip beside it',
    changed('environment.yml', 'dependencies: [a=1]\n', 'dependencies: [a=1, {pip: [evil==1]}]\n'),
    changed('environment.yml', 'dependencies: [a=1, {pip: [b==1]}]\n', 'dependencies: [a=2, {pip: [b==2]}]\n'),
  ),
  block(
    'npm-install-script',
    'a script in the manifest that pnpm reads as YAML',
    added('package.yaml', 'scripts:\n  postinstall: x\n'),
    added('package.yaml', 'scripts:\n  test: x\n'),
  ),
  block('package-manager-code', 'a manifest as JSON5', added('package.json5', '{}\n'), added('data.json5', '{}\n')),
  block(
    'python-build-backend',
    'a script around an install of PDM',
    added('pyproject.toml', '[tool.pdm.scripts]\npost_install = "x"\n'),
    added('pyproject.toml', '[tool.pdm.scripts]\ntest = "x"\n'),
  ),
  block(
    'python-build-backend',
    'a hook in Hatch’s own file',
    added('hatch.toml', '[build.hooks.custom]\n'),
    added('hatch.toml', '[envs.default]\n'),
  ),
  block(
    'python-index',
    'an index in PDM’s own file',
    added('pdm.toml', '[pypi]\nurl = "x"\n'),
    added('pdm.toml', '[python]\nproviders = ["venv"]\n'),
  ),
  hold(
    'python-tool-code',
    'a plugin of mypy',
    added('pyproject.toml', '[tool.mypy]\nplugins = ["./x.py"]\n'),
    added('pyproject.toml', '[tool.mypy]\nstrict = true\n[tool.pytest.ini_options]\naddopts = "-q --strict-markers"\n'),
  ),
  hold(
    'python-tool-code',
    'code that pylint runs first',
    added('.pylintrc', '[MAIN]\ninit-hook=import x\n'),
    added('.pylintrc', '[MAIN]\njobs=2\n'),
  ),
  block('julia-build-script', 'a build script of Julia', added('deps/build.jl', 'x\n'), added('src/build.jl', 'x\n')),
  block(
    'shard-script',
    'a script of a shard',
    added('shard.yml', 'name: a\nscripts:\n  postinstall: x\n'),
    added('shard.yml', 'name: a\n'),
  ),
  hold(
    'composer-autoload',
    'a file that composer loads by itself',
    changed('composer.json', '{}', '{"autoload":{"files":["x.php"]}}'),
    changed('composer.json', '{}', '{"autoload":{"psr-4":{"A\\\\":"src/"}}}'),
  ),
  block(
    'php-prepended-file',
    'code before every page',
    added('public/.user.ini', 'auto_prepend_file=x.php\n'),
    added('public/.user.ini', '; auto_prepend_file=\nmemory_limit=1G\n'),
  ),
  hold(
    'dotnet-sdk',
    'another SDK to build with',
    changed('global.json', '{"sdk":{"version":"9.0.1"}}', '{"sdk":{"version":"9.0.1","paths":["./x"]}}'),
    changed('global.json', '{"sdk":{"version":"9.0.1"}}', '{"sdk":{"version":"9.0.2"}}'),
  ),
  block(
    'dotnet-build',
    'what MSBuild loads beside a project',
    added('a.csproj.user', '<Exec/>\n'),
    added('a.user', '<x/>\n'),
  ),
  hold(
    'cluster-manifest',
    'another image in a cluster',
    changed('k8s/a.yaml', deployment, deployment.replace('h.example/a', 'evil/a')),
    changed('k8s/a.yaml', deployment, deployment.replace('a:1', 'a:2').replace('spec:', 'spec:\n  replicas: 3')),
  ),
  hold(
    'xcode-script',
    'a script that Xcode runs',
    added('A.xcodeproj/project.pbxproj', 'shellScript = "x";\n'),
    added('A.xcodeproj/project.pbxproj', 'fileRef = 1;\n'),
  ),
  hold(
    'build-file',
    'a program that builds the build',
    changed('buildSrc/src/main/kotlin/a.kt', 'a\n', 'b\n'),
    changed('src/main/kotlin/a.kt', 'a\n', 'b\n'),
  ),
  hold(
    'toolchain',
    'an agent in sbt’s own process',
    added('.sbtopts', '-J-javaagent:x.jar\n'),
    added('.sbtopts', '-J-Xmx2g\n'),
  ),
  hold(
    'tool-configuration',
    'code that RuboCop loads',
    changed('.rubocop.yml', 'require: [a]\n', 'require: [a, ./x.rb]\n'),
    changed('.rubocop.yml', 'require: [a]\n', 'require: [a]\nStyle/A:\n  Enabled: false\n'),
  ),
  hold(
    'tool-configuration',
    'code that PHPUnit loads first',
    changed('phpunit.xml', '<phpunit>\n', '<phpunit bootstrap="x.php">\n'),
    changed('phpunit.xml', '<phpunit>\n', '<phpunit colors="true">\n'),
  ),
  block(
    'agent-configuration',
    'a script that an agent starts with',
    added('.openhands/setup.sh', 'x\n'),
    added('docs/openhands.md', 'x\n'),
  ),
  hold(
    'agent-instructions',
    'rules of one more agent',
    changed('.kilocode/rules/a.md', 'a\n', 'b\n'),
    changed('docs/rules/a.md', 'a\n', 'b\n'),
  ),
  hold(
    'ci-configuration',
    'what a release runs first',
    added('.goreleaser.yaml', 'before: {hooks: [x]}\n'),
    added('a.yaml', 'before: x\n'),
  ),
  hold('repository-oversight', 'who may merge', added('.asf.yaml', 'github: {}\n'), added('docs/.asf.yaml', 'x: 1\n')),
]
