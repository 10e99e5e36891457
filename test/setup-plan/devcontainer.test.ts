import { describe, expect, it } from 'vitest'
import { linesOf, plan } from './make-view.ts'

const path = '.devcontainer/devcontainer.json'
const of = (text: string) => plan({ [path]: text })

describe('a dev container', () => {
  it('runs its commands in order, in each of their three forms, with comments and commas left in', () => {
    const made = of(`{
      // made by hand
      "postCreateCommand": { "server": "npm ci", "client": ["npm", "--prefix", "a b", "ci"] },
      "onCreateCommand": "apt list",
      "updateContentCommand": ["echo", "it's; rm -rf /"],
      "containerEnv": { "MODE": "test", "ROOT": "\${containerWorkspaceFolder}/x" },
    }`)

    expect(made.source).toBe('devcontainer')
    expect(linesOf(made)).toEqual(['apt list', `echo 'it'\\''s; rm -rf /'`, 'npm ci', `npm --prefix 'a b' ci`])
    expect(made.env).toEqual({ MODE: 'test', ROOT: '/workspace/x' })
  })

  it.each([
    ['mounts', '["source=/var/run/docker.sock,target=/d,type=bind"]'],
    ['runArgs', '["--privileged"]'],
    ['privileged', 'true'],
    ['capAdd', '["SYS_ADMIN"]'],
    ['initializeCommand', '"curl example.com"'],
    ['features', '{}'],
    ['build', '{ "dockerfile": "Dockerfile" }'],
    ['dockerFile', '"Dockerfile"'],
    ['dockerComposeFile', '"compose.yml"'],
    ['securityOpt', '["seccomp=unconfined"]'],
    ['workspaceMount', '"source=/,target=/w,type=bind"'],
    ['postStartCommand', '"./serve"'],
    ['postAttachCommand', '"./greet"'],
    ['remoteEnv', '{ "A": "b" }'],
    ['workspaceFolder', '"/srv"'],
    ['remoteUser', '"root"'],
    ['containerUser', '"root"'],
  ])('gets no %s, and says why', (key, value) => {
    const made = of(`{"postCreateCommand":"true","${key}":${value}}`)

    expect(linesOf(made)).toEqual(['true'])
    expect(made.notDone).toMatchObject([{ what: `${key} in ${path}`, why: expect.stringMatching(/./) }])
  })

  it.each([
    ['mcr.microsoft.com/devcontainers/base:bookworm', true],
    ['mcr.microsoft.com/devcontainers/javascript-node:22', true],
    ['mcr.microsoft.com/devcontainers/typescript-node', true],
    ['mcr.microsoft.com/devcontainers/python:3.12', true],
    ['mcr.microsoft.com/devcontainers/rust', false],
    ['evil.example/mcr.microsoft.com/devcontainers/base', false],
    ['debian:12', false],
  ])('says what runs in place of its image %s, and where `base` would come nearer to it: %j', (image, near) => {
    const text = JSON.stringify({ image, postCreateCommand: 'true' })
    const whyIn = (runs: string) => plan({ [path]: text }, {}, { image: runs }).notDone[0]

    const hint = near ? ': `image: base` in the policy comes nearer to it' : ''
    expect(whyIn('host')).toEqual({ what: `image ${image} in ${path}`, why: `\`host\` runs in its place${hint}` })
    expect(whyIn('agents')?.why).toBe('`agents` runs in its place')
  })

  it.each([['HOME'], ['AIRLOCK_TASK_FILE'], ['A B']])('sets no variable %s', (name) => {
    const made = of(JSON.stringify({ postCreateCommand: 'true', containerEnv: { [name]: 'x', GOOD: 'y' } }))

    expect(made.env).toEqual({ GOOD: 'y' })
  })

  it('takes no value from the machine that it runs on', () => {
    const made = of(JSON.stringify({ postCreateCommand: 'true', containerEnv: { TOKEN: `$${'{localEnv:TOKEN}'}` } }))

    expect(made.env).toEqual({})
  })

  it.each([['{'], ['[]'], ['{"postCreateCommand": 7}'], ['']])(
    'that cannot be read is said, and passed over: %s',
    (text) => {
      const made = plan({ [path]: text, 'package.json': '{}', 'package-lock.json': '{}' })

      expect(linesOf(made)).toEqual(['npm ci'])
      expect(made.notDone).toContainEqual({ what: path, why: 'it cannot be read' })
    },
  )

  it('without a command leaves it to the lockfiles', () => {
    const made = plan({ [path]: '{"image":"x"}', 'package.json': '{}', 'package-lock.json': '{}' })

    expect(made.source).toBe('lockfiles')
  })
})
