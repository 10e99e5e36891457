import { describe, expect, it } from 'vitest'
import { linesOf, plan } from './make-view.ts'

const files = { 'package.json': '{}', 'package-lock.json': '{}', 'src/a.js': '' }

describe('the policy', () => {
  it('says what runs, whatever the repository says', () => {
    const made = plan(files, { run: ['make deps'], network: ['npm'] })

    expect(made).toMatchObject({ source: 'policy', network: ['npm'], inputs: { kind: 'tree' } })
    expect(linesOf(made)).toEqual(['make deps'])
  })

  it('says no with an empty list', () => {
    expect(plan(files, { run: [] })).toMatchObject({ source: 'policy', commands: [], network: [] })
  })

  it('names the files that its commands depend on, and with a glob that matches none names them all', () => {
    expect(plan(files, { run: ['x'], inputs: ['package*.json'] }).inputs).toEqual({
      kind: 'files',
      paths: ['package-lock.json', 'package.json'],
    })
    expect(plan(files, { run: ['x'], inputs: ['packages.json'] }).inputs.kind).toBe('tree')
  })

  it('opens no host that it does not list to a command that the repository brought', () => {
    const made = plan(files, { network: ['example.com'] })

    expect(made).toMatchObject({ commands: [], network: [] })
    expect(made.notDone).toEqual([{ what: '`npm ci` of package-lock.json', why: 'setup.network does not list npm' }])
    expect(plan(files, { network: ['npm'] })).toMatchObject({ commands: [{ line: 'npm ci' }], network: ['npm'] })
  })

  it('of an organisation that closes the network keeps it closed for commands of people', () => {
    const container = { ...files, '.devcontainer.json': '{"postCreateCommand":"npm ci"}' }

    expect(plan(container, { network: [] })).toMatchObject({ commands: [{ line: 'npm ci' }], network: [] })
    expect(plan(container)).toMatchObject({ commands: [{ line: 'npm ci' }], network: ['npm'] })
  })

  it('is asked for what this worker has no preset or program for', () => {
    expect(plan(files, {}, { presets: new Set() }).notDone[0]?.why).toBe('this worker has no preset npm')
    expect(plan(files, {}, { programs: new Set() }).notDone[0]?.why).toBe('the image has no npm')
  })
})
