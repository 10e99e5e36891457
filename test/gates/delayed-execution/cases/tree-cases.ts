import { added, changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0])
const name = (rule: string, severity: RuleCase['severity'], what: string, bad: string, good: string): RuleCase => ({
  rule,
  severity,
  what,
  fires: added(bad, 'x\n'),
  quiet: added(good, 'x\n'),
})

export const treeCases: readonly RuleCase[] = [
  name('git-look-alike', 'block', 'the short name of .git', 'a/GIT~1/config', 'a/git-1/config'),
  name('git-look-alike', 'block', '.git with what HFS+ leaves out', '.g\u200cit/config', '.github/x.md'),
  name('git-look-alike', 'block', 'a stream of .git', '.Git::$INDEX_ALLOCATION/config', '.gitkeep'),
  name('reserved-name', 'block', 'a device of Windows', 'src/aux.ts', 'src/auxiliary.ts'),
  name('reserved-name', 'block', 'a dot at the end', 'src/a.', 'src/a.b'),
  name('reserved-name', 'block', 'a path of Windows in a name', 'a\\..\\b', 'a-b'),
  name('control-character-name', 'block', 'a newline', 'src/a\nb.ts', 'src/ab.ts'),
  name('control-character-name', 'block', 'a reversed extension', 'src/a\u202egnp.js', 'src/größe-名前.js'),
  name('option-name', 'hold', 'an option', 'a/-rf', 'a/rf-'),
  {
    ...name('name-collision', 'block', 'a file in other case', 'src/Index.ts', 'src/other.ts'),
    basePaths: ['src/index.ts'],
  },
  {
    ...name('name-collision', 'block', 'a folder in other case', 'SRC/other.ts', 'src/other.ts'),
    basePaths: ['src/index.ts'],
  },
  { ...name('name-collision', 'block', 'a name composed otherwise', 'e\u0301.ts', 'e.ts'), basePaths: ['\u00e9.ts'] },
  {
    rule: 'escaping-symlink',
    severity: 'block',
    what: 'a link out of the tree',
    fires: added('a/link', '../../etc/passwd', '120000'),
    quiet: added('a/link', '../b/c', '120000'),
  },
  {
    rule: 'escaping-symlink',
    severity: 'block',
    what: 'an absolute link',
    fires: added('link', '/etc/passwd', '120000'),
    quiet: added('link', 'etc/passwd', '120000'),
  },
  {
    rule: 'escaping-symlink',
    severity: 'block',
    what: 'a link into .git',
    fires: added('a/link', '../.git/hooks', '120000'),
    quiet: added('a/link', '../.github', '120000'),
  },
  {
    rule: 'escaping-symlink',
    severity: 'block',
    what: 'a link out of the tree by backslashes',
    fires: added('link', '..\\x', '120000'),
    quiet: added('link', 'a/../x', '120000'),
  },
  {
    rule: 'hidden-symlink',
    severity: 'hold',
    what: 'a folder of settings that lies elsewhere',
    fires: added('.claude', 'docs/claude', '120000'),
    quiet: added('docs/claude', 'other', '120000'),
  },
  {
    rule: 'type-change',
    severity: 'hold',
    what: 'a file that became a link',
    fires: changed('a', 'x\n', 'b', '120000'),
    quiet: changed('a', 'x\n', 'y\n'),
  },
  {
    rule: 'executable-bit',
    severity: 'hold',
    what: 'a new executable that does not say what reads it',
    fires: added('bin/x', 'x\n', '100755'),
    quiet: added('bin/x', '#!/bin/sh\n', '100755'),
  },
  {
    rule: 'binary',
    severity: 'hold',
    what: 'a binary',
    fires: added('test/bad.xz', new Uint8Array([0xfd, 0x37, 0, 1])),
    quiet: added('docs/a.png', png),
  },
  {
    rule: 'binary',
    severity: 'hold',
    what: 'a binary that calls itself a picture',
    fires: added('docs/a.png', new Uint8Array([0x7f, 0x45, 0, 0])),
    quiet: changed('a.bin', png, null),
  },
  {
    rule: 'generated-bundle',
    severity: 'hold',
    what: 'a bundle',
    fires: changed('dist/index.js', 'a\n', 'b\n'),
    quiet: changed('src/index.js', 'a\n', 'b\n'),
  },
  {
    rule: 'minified-code',
    severity: 'hold',
    what: 'code in one line',
    fires: added('src/a.js', 'a=1;'.repeat(2000)),
    quiet: added('data/a.json', `[${'1,'.repeat(4000)}1]`),
  },
]
