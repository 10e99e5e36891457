import { whenChanged } from '../match/when-changed.ts'
import { whenLinesAdded } from '../match/when-lines-added.ts'
import type { Rule } from '../rule.ts'
import { saysTheSame } from './same-build.ts'

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
    match: (file, change) => (saysTheSame(file) ? [] : whenChanged()(file, change)),
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
