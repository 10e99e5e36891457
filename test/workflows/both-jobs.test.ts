import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyRecord } from '../../worker/audit/verify-record.ts'
import { runCommand } from '../../worker/process/run-command.ts'
import { gitText } from '../github/git/run-git.ts'
import type { Repository } from '../github/state/entities.ts'
import { startProxiedHost } from '../proxy/start-proxied-host.ts'
import { branchesOf, expectGood, labelled, repositoryWith, writesOneFile } from './asked.ts'
import { type Runner, startRunner } from './runner.ts'

let runner: Runner
let repository: Repository
const env = { PATH: process.env.PATH ?? '' }
const revision = (name: string) => gitText(repository.gitDir, ['rev-parse', name])
const push = (path: string) =>
  runner.github.commit(repository, { branch: 'main', message: 'On main', files: { [path]: 'theirs\n' } })
beforeAll(async () => {
  runner = await startRunner()
}, 60_000)
afterAll(() => runner[Symbol.asyncDispose]())

describe('both jobs of a run, one after the other', () => {
  it('make a branch and a draft pull request of a label, and nothing before the second one', async () => {
    const setup = 'setup: { run: ["true"], inputs: [README.md] }'
    repository = await repositoryWith(runner, 'widget', writesOneFile.replace('setup: { run: [] }', setup))
    const { issue, delivery } = await labelled(runner, repository)

    const data = join(runner.root, 'data-1')
    const worked = await runner.run('work', { repository, delivery, inputs: { data_dir: data } })
    expectGood(worked)
    expect(worked.outputs.handover).toMatch(/^[0-9a-f]{64}$/)
    expect(repository.comments).toEqual([])
    expect(await branchesOf(runner, repository)).toEqual(['refs/heads/main'])

    await push('moved.txt')
    const inputs = { handover_digest: worked.outputs.handover ?? '', work_result: 'success' }
    const published = await runner.run('publish', { repository, delivery, inputs })
    expectGood(published)
    expect(published.outputs).toMatchObject({ outcome: 'published', branch: expect.stringMatching(/^airlock\/issue-/) })
    expect(published.outputs['pull-request']).toMatch(/\/pull\/\d+$/)
    expect(worked.summary).toContain('**Handed over.**')
    expect(published.summary).toContain(`${published.outputs['pull-request']}\n\n**Done.**`)
    expect(published.log).not.toMatch(/^::(error|warning|notice)/m)
    const pulls = repository.issues.filter((one) => one.pull !== undefined)
    expect(pulls.map(({ title }) => title)).toEqual([expect.stringContaining('Mend it')])
    const said = repository.comments.filter(({ issueNumber }) => issueNumber === issue.number)
    expect(said.map(({ body }) => body)).toEqual([expect.stringContaining('**Done.**')])
    const branch = published.outputs.branch ?? ''
    expect(await revision(`${branch}^`)).toBe(await revision('main'))
    expect(pulls[0]?.body).toContain('the change fits its commit')
    expect(runner.github.unexpected).toEqual([])
    expect(runner.github.failures).toEqual([])
  }, 600_000)

  it('bring the pull request up to its base branch on /airlock rebase, without an agent', async () => {
    await push('later.txt')
    const pull = repository.issues.find((one) => one.pull !== undefined)
    const branch = pull?.pull?.headRef ?? ''
    const [before, main] = [await revision(branch), await revision('main')]
    const words = { by: 'ada', body: '/airlock rebase' }
    const { delivery } = await runner.github.comment(repository, pull?.number ?? 0, words)

    const worked = await runner.run('work', { repository, delivery })
    expectGood(worked)
    expect(worked.outputs).toEqual({ handover: 'answer' })
    const inputs = { handover_digest: 'answer', work_result: 'success', report: runner.artifact('report-rebase') }
    const published = await runner.run('publish', { repository, delivery, inputs })
    expectGood(published)

    expect(published.outputs).toMatchObject({ outcome: 'published', reason: 'base-merged' })
    expect(await gitText(repository.gitDir, ['log', '-1', '--format=%P', branch])).toBe(`${before} ${main}`)
    expect(repository.comments.at(-1)?.body).toContain('The base branch is merged into this pull request')
    expect(runner.github.unexpected).toEqual([])
  }, 600_000)

  it('leave people a patch, findings and a record that can be verified, and a page with steps and verdicts', async () => {
    for (const name of ['report-work', 'report-publish']) {
      const record = await verifyRecord(join(runner.artifact(name), 'audit.jsonl'), undefined)
      expect(record).toMatchObject({ ok: true })
      expect(await readFile(join(runner.artifact(name), 'findings.sarif'), 'utf8')).toContain('"version": "2.1.0"')
    }
    expect(await readFile(join(runner.artifact('report-work'), 'change.patch'), 'utf8')).toContain('+fixed')
  })

  it('find what setup left where the cache has brought it to another machine', async () => {
    const [first, second] = [join(runner.root, 'data-1'), join(runner.root, 'data-2')]
    await mkdir(second, { recursive: true })
    // As the action that keeps it does: a tar, and so the same files as new ones.
    const packed = join(runner.root, 'cache.tar')
    await runCommand(['tar', '--create', '--posix', `--file=${packed}`, '-C', first, 'snapshots'], { env })
    await runCommand(['tar', '--extract', `--file=${packed}`, '-C', second], { env })
    const { delivery } = await labelled(runner, repository)
    const inputs = { data_dir: second, report: runner.artifact('report-again') }

    expectGood(await runner.run('work', { repository, delivery, inputs }))

    const recordOf = (report: string) => readFile(join(runner.artifact(report), 'audit.jsonl'), 'utf8')
    expect(await recordOf('report-work')).toContain('"snapshot":"miss"')
    expect(await recordOf('report-again')).toContain('"snapshot":"hit"')
  }, 600_000)

  it('reach GitHub where only a proxy of the machine finds it, git too', async () => {
    const host = 'ghe.example.test'
    await using proxied = await startProxiedHost(host, runner.github.url)
    const { delivery } = await labelled(runner, repository)
    const proxy = { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: proxied.proxyUrl, NODE_EXTRA_CA_CERTS: proxied.caFile }
    const server = { GITHUB_SERVER_URL: `https://${host}`, GITHUB_API_URL: `https://${host}/api/v3` }

    const worked = await runner.run('work', { repository, delivery, env: { ...proxy, ...server } })

    expectGood(worked)
    expect(worked.outputs.handover).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set(proxied.tunnels.map(({ to }) => to))).toEqual(new Set([`${host}:443`]))
    const agents = proxied.tunnels.map(({ headers }) => headers['user-agent'] ?? '')
    expect(agents.filter((agent) => agent.startsWith('git/'))).not.toEqual([])
    expect(await readFile(join(runner.artifact('report-work'), 'change.patch'), 'utf8')).toContain('+fixed')
  }, 600_000)

  it('are told apart in the log, and what an agent says there is no command of the runner', async () => {
    const loud =
      'agent: command\ncommand: [sh, -c, "echo ::error::gotcha; echo x##[error]y; exit 3"]\nsetup: { run: [] }\n'
    const repository = await repositoryWith(runner, 'loud', loud)
    const { delivery } = await labelled(runner, repository)

    const worked = await runner.run('work', { repository, delivery })

    expectGood(worked)
    expect(worked.log).toContain('::group::agent')
    expect(worked.log).not.toMatch(/^::error::gotcha|##\[error\]/m)
    expect(worked.summary).toContain('gotcha')
    expect(worked.summary).toContain('| step | time |')
  }, 600_000)

  it('annotate findings and fill the page of the run, where a hostile path is no command of the runner and no Markdown', async () => {
    const file = 'a<img>|[x](y)%0A::error file=c.txt,line=9::owned.txt'
    const script = `curl -s http://denied.example/; mkdir guarded; echo x > 'guarded/${file}'`
    const command = `agent: command\ncommand: [sh, -c, ${JSON.stringify(script)}]\n`
    const policy = `${command}setup: { run: [] }\ngates: { protected: ["guarded/**"] }\n`
    const repository = await repositoryWith(runner, 'hostile', policy)
    const { delivery } = await labelled(runner, repository)

    const worked = await runner.run('work', { repository, delivery })
    const inputs = { handover_digest: worked.outputs.handover ?? '', work_result: 'success' }
    const published = await runner.run('publish', { repository, delivery, inputs })

    const place = 'file=guarded/a<img>|[x](y)%250A%3A%3Aerror file=c.txt%2Cline=9%3A%3Aowned.txt,line=1'
    for (const { code, log, summary } of [worked, published]) {
      expect(code).toBe(0)
      expect(log.match(/^::(?!group|endgroup|add-mask).*/gm)).toEqual([
        expect.stringContaining(`::error title=delayed-execution/reserved-name,${place}::Windows reserves`),
        expect.stringContaining(`::warning title=delayed-execution/protected-path,${place}::This path is protected.`),
      ])
      expect(summary).toContain('**Blocked.**')
      expect(summary).toContain('| delayed-execution | blocked | 2 |')
      expect(summary).toContain('| secrets | passed | 0 |')
      const cells = ['**block**', 'delayed-execution', 'reserved-name', 'guarded/a&lt;img&gt;\\|\\[x\\] (y)%0A::error']
      expect(summary).toContain(`| ${cells.join(' | ')}`)
      expect(summary).not.toContain('<img>')
      expect(summary).toContain('- denied.example:80 during agent, by curl')
      expect(summary).toContain('Model: 0 requests, 0 tokens in, 0 out, 0.00 USD.')
      expect(summary).toMatch(/^\| gate \| \d.* \|$/m)
      expect(summary).toMatch(/^\| isolation \| process, by bubblewrap; at least \w+ was asked for \|$/m)
      expect(summary).toMatch(/^\| network of the agent \| none \|$/m)
      expect(summary).toContain('Weaker here than the class promises:\n\n- The kernel is the host')
    }
    expect(published.outputs).toEqual({ outcome: 'blocked', reason: 'gate-block', 'pull-request': '', branch: '' })
  }, 600_000)
})
