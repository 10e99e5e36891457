import { agentNameSchema } from '../../worker/contract/index.ts'
import { type Command, parseFlags, UsageError } from '../command.ts'

const right = 'airlock demo --agent pi'

export const demo: Command = {
  help: `
usage: airlock demo [--agent pi|claude|codex] [--live]

  --agent   the coding agent; default: pi, the smallest
  --live    the real model instead of a scripted one; needs ANTHROPIC_API_KEY, or OPENAI_API_KEY with codex

examples:
  npm run demo
  npm run demo -- --agent claude
  ANTHROPIC_API_KEY=… npm run demo -- --live

exit status: 0 a pull request exists and its change makes the failing test pass · 1 it does not · 2 wrong usage`,
  async run(args, io) {
    const values = parseFlags(args, { agent: { type: 'string' }, live: { type: 'boolean' } }, right)
    const agent = agentNameSchema.exclude(['command']).safeParse(values.agent ?? 'pi')
    if (!agent.success) throw new UsageError('--agent takes pi, claude or codex', right)
    // A wrong call need not wait for the whole of it.
    const { runDemo } = await import('../demo/run-demo.ts')
    return (await runDemo({ agent: agent.data, live: values.live === true }, io)) ? 0 : 1
  },
}
