import { whenChanged } from '../../match/when-changed.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Rule } from '../../rule.ts'
import { buildsTheSame } from './builds-the-same.ts'
import { saysTheSame } from './same-build.ts'

export const buildRules: readonly Rule[] = [
  {
    id: 'build-file',
    severity: 'hold',
    paths: [
      '**/{Makefile,GNUmakefile,makefile,BSDmakefile}{,.am,.in,.inc,.local,.PL}',
      '**/{Build.PL,cpanfile,dist.ini,Kbuild,Makevars,Makevars.in,Makevars.win,cleanup,cleanup.win}',
      '**/*.{mk,mak,ninja,cmake,m4,bzl,gradle,gradle.kts,gradle.dcl,sbt,gyp,gypi,nuspec,podspec,rake,just,nimble,opam,rockspec}',
      '**/{justfile,.justfile,Justfile,Taskfile,taskfile}{,.yml,.yaml,.dist.yml}',
      '**/{CMakeLists.txt,CMakePresets.json,CMakeUserPresets.json,configure.win,configure.ucrt,conanfile.py,meson.build,meson_options.txt,configure,configure.ac,configure.in,wscript,SConstruct,SConscript,xmake.lua,premake5.lua}',
      '**/{BUILD,WORKSPACE,MODULE,BUCK}{,.bazel}',
      '**/{.bazelrc,.buckconfig,pants.toml,.pants.rc,Makefile.toml,Cross.toml,Trunk.toml}',
      '**/{project.clj,profiles.clj,deps.edn,build.boot,bb.edn,shadow-cljs.edn,build.sc,build.mill,build.cake,build.fsx}',
      '**/{Snakefile,fabfile.py,dodo.py,magefile.go,Setup.hs,config.nims,dub.sdl,dune,dune-workspace,rebar.config,rebar.config.script}',
      '**/{buildSrc,build-logic}/**/*.{kt,java,groovy,scala}',
      '**/{magefiles,mise-tasks}/**',
      '**/project/*.scala',
      '**/hook/build.dart',
      '**/{Rakefile,rakefile,Thorfile,Guardfile,Fastfile,Appfile,Capfile,Podfile,Brewfile,Vagrantfile,Tiltfile,Package.swift,mix.exs,build.xml,pom.xml,build.zig,flake.nix,shell.nix,default.nix,dub.json}',
      '**/{Gruntfile,Gulpfile,gulpfile,gruntfile,Jakefile}{,.*}',
      '**/*.{ps1xml,psd1}',
    ],
    when: 'It would run on the next build, here and in CI.',
    mend: 'Have a person look at it.',
    match: (file, change) => (saysTheSame(file) || buildsTheSame(file) ? [] : whenChanged()(file, change)),
  },
  {
    id: 'toolchain',
    severity: 'hold',
    paths: [
      '**/{gradle.properties,gradle-daemon-jvm.properties,rust-toolchain,rust-toolchain.toml,.sbtopts,.jvmopts,.mill-jvm-opts}',
      '**/.config/nextest.toml',
    ],
    when: 'Gradle, sbt or cargo would start it, or with it, on the next command.',
    mend: 'Have a person look at it.',
    match: whenLinesAdded('This line names a program, or what is loaded into one.', ({ text }) =>
      /^\s{0,20}(?:path\s{0,5}=|toolchainUrl\b|(?:-J)?-(?:javaagent|agentlib|agentpath|Xbootclasspath)|\[{1,2}scripts?\b|command\s{0,5}=|org\.gradle\.java\.home\b|[\w.]{0,60}jvmargs\b.{0,300}(?:-javaagent|-agent(?:lib|path)|-Xbootclasspath))/.test(
        text,
      ),
    ),
  },
]
