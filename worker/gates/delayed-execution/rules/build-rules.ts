import { valueAt } from '../../change/read-value.ts'
import { whenChanged } from '../match/when-changed.ts'
import { whenEntriesChange } from '../match/when-entries-change.ts'
import type { Rule } from '../rule.ts'

const javascriptTools =
  '{astro,ava,babel,commitlint,cypress,electron-builder,esbuild,eslint,forge,gatsby,jest,karma,lint-staged,metro,next,nuxt,nyc,playwright,postcss,prettier,release,remix,rollup,rspack,rsbuild,semantic-release,stylelint,svelte,tailwind,tsdown,tsup,unbuild,vite,vitest,vue,webpack,windi,wdio}'

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
    match: whenChanged(),
  },
  {
    id: 'tool-configuration',
    severity: 'hold',
    paths: [
      `**/${javascriptTools}.{config,conf}.{js,cjs,mjs,ts,cts,mts}`,
      '**/.{babelrc,eslintrc,prettierrc,stylelintrc,mocharc,nycrc,releaserc,lintstagedrc,commitlintrc,swcrc}{,.js,.cjs,.mjs,.ts}',
      '**/{nx,turbo,lerna,angular,project,workspace,nodemon,rush}.json',
      '**/{webpack,rollup,vite,jest,karma,babel}.*.{js,cjs,mjs,ts}',
    ],
    when: 'The tool would load and run it on the next build, test or lint, in editors when a file is opened.',
    mend: 'Have a person look at it.',
    match: whenChanged(),
  },
  {
    id: 'tool-configuration',
    severity: 'hold',
    paths: ['**/package.json'],
    when: 'The tool would load what it names on the next build, test or lint.',
    mend: 'Have a person look at it.',
    match: whenEntriesChange('json', function* (document) {
      for (const key of [
        'babel',
        'eslintConfig',
        'jest',
        'mocha',
        'ava',
        'prettier',
        'release',
        'commitlint',
        'c8',
        'nyc',
        'wireit',
        'nx',
      ]) {
        const value = valueAt(document, key)
        if (value !== undefined) yield [key, value]
      }
    }),
  },
]
