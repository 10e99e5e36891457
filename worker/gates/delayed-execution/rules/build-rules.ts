import type { ChangedFile } from '../../change/view-change.ts'
import { whenChanged } from '../match/when-changed.ts'
import { whenLinesAdded } from '../match/when-lines-added.ts'
import type { Rule } from '../rule.ts'

export const buildRules: readonly Rule[] = [
  {
    id: 'build-file',
    severity: 'hold',
    paths: [
      '**/{Makefile,GNUmakefile,makefile,BSDmakefile}{,.am,.in}',
      '**/*.{mk,mak,cmake,m4,bzl,gradle,gradle.kts,sbt,gyp,gypi,nuspec,podspec}',
      '**/{justfile,.justfile,Justfile,Taskfile,taskfile}{,.yml,.yaml,.dist.yml}',
      '**/{CMakeLists.txt,CMakePresets.json,meson.build,meson_options.txt,configure,configure.ac,configure.in,wscript,SConstruct,SConscript,xmake.lua,premake5.lua}',
      '**/{BUILD,WORKSPACE,MODULE,BUCK}{,.bazel}',
      '**/.bazelrc',
      '**/{Rakefile,rakefile,Thorfile,Guardfile,Fastfile,Podfile,Brewfile,Vagrantfile,Tiltfile,Package.swift,mix.exs,build.xml,pom.xml,build.zig,flake.nix,shell.nix,default.nix,dub.json}',
      '**/{Gruntfile,Gulpfile,gulpfile,gruntfile,Jakefile}{,.*}',
      '**/*.{ps1xml,psd1}',
    ],
    when: 'It would run on the next build, here and in CI.',
    mend: 'Have a person look at it.',
    match: (file, change) => (hasOnlyOtherVersions(file) ? [] : whenChanged()(file, change)),
  },
  {
    id: 'toolchain',
    severity: 'hold',
    paths: ['**/{gradle.properties,rust-toolchain,rust-toolchain.toml}'],
    when: 'Gradle or cargo would start it, or with it, on the next command.',
    mend: 'Have a person look at it.',
    match: whenLinesAdded('This line names a program, or what is loaded into one.', ({ text }) =>
      /^\s{0,20}(?:path\s{0,5}=|org\.gradle\.java\.home\b|[\w.]{0,60}jvmargs\b.{0,300}(?:-javaagent|-agent(?:lib|path)|-Xbootclasspath))/.test(
        text,
      ),
    ),
  },
]

const versionNumber = /\d{1,9}(?:\.\d{1,9}){1,3}(?:[-+.][A-Za-z][\w.]{0,40})?/g
/** Numbers with dots in these say where something is, and not which. */
const address = /:\/\/|\b\d{1,3}(?:\.\d{1,3}){3}\b/
/** Comments, by what begins them in the languages of these files; elsewhere the same characters may run something. */
const comments: readonly [RegExp, RegExp][] = [
  [/\.(?:gradle|kts|sbt|groovy|swift|zig)$|(?:^|\/)(?:Jenkinsfile|Podfile)$/i, /^\s{0,200}\/\/.{0,500}$/],
  [
    /(?:^|\/)(?:GNU|BSD)?Makefile[^/]{0,20}$|\.(?:mk|mak|bzl|py)$|(?:^|\/)(?:Rake|Brew|Fast|Guard|Vagrant)file$/i,
    /^\s{0,200}#(?!!).{0,500}$/,
  ],
]
/** A comment that runs after all: Groovy reads `\\u000a` as a line end, make joins lines, Python obeys `coding: utf-7`. */
const obeyedComment = /\\|coding\s{0,5}[:=]/i

/** The lines say what other lines said, of another version, and comments: a build that goes on as before. */
function hasOnlyOtherVersions({ path, before, after, added }: ChangedFile): boolean {
  if (before === null || after === null || before.mode !== after.mode || added.length === 0) return false
  const comment = comments.find(([name]) => name.test(path))?.[1]
  const counts = (line: string) => line.trim() !== '' && (comment?.test(line) !== true || obeyedComment.test(line))
  const gone = new Set(linesWithout(before.lines, after.lines).filter(counts).map(withoutVersion))
  const come = new Set(added.flatMap(({ text }) => (counts(text) ? [withoutVersion(text)] : [])))
  return come.isSubsetOf(gone) && gone.isSubsetOf(come)
}

/** Those that the others do not have, one for one. */
function linesWithout(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1)
  return lines.filter((line) => {
    const count = left.get(line) ?? 0
    left.set(line, count - 1)
    return count <= 0
  })
}

function withoutVersion(line: string): string {
  return address.test(line) ? line : line.replaceAll(versionNumber, '0.0')
}
