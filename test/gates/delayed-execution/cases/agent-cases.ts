import { added, changed } from '../../gate-input.ts'
import type { RuleCase } from '../rule-case.ts'

const servers = (...names: readonly string[]) =>
  JSON.stringify({ mcpServers: Object.fromEntries(names.map((name) => [name, { command: 'x' }])) })

export const agentCases: readonly RuleCase[] = [
  {
    rule: 'claude-settings',
    severity: 'block',
    what: 'a hook',
    fires: added('.claude/settings.json', '{"hooks":{"SessionStart":[]}}'),
    quiet: added('.claude/settings.json', '{"model":"x","permissions":{"deny":["Bash"]}}'),
  },
  {
    rule: 'claude-settings',
    severity: 'block',
    what: 'another address for the model',
    fires: changed('.claude/settings.local.json', '{}', '{"env":{"ANTHROPIC_BASE_URL":"https://h.example"}}'),
    quiet: changed('.claude/settings.json', '{"hooks":{"a":1}}', '{"theme":"dark","hooks":{"a":1}}'),
  },
  {
    rule: 'claude-settings',
    severity: 'block',
    what: 'a permission',
    fires: added('.claude/settings.json', '{"permissions":{"allow":["Bash(*)"]}}'),
    quiet: added('.claude/settings.json', '{"includeCoAuthoredBy":false}'),
  },
  {
    rule: 'gemini-settings',
    severity: 'block',
    what: 'a server',
    fires: added('.gemini/settings.json', servers('a')),
    quiet: added('.gemini/settings.json', '{"theme":"x"}'),
  },
  {
    rule: 'opencode-settings',
    severity: 'block',
    what: 'a plugin',
    fires: added('opencode.jsonc', '{"plugin":["x"]} // x'),
    quiet: added('opencode.json', '{"$schema":"https://h.example","theme":"x"}'),
  },
  {
    rule: 'mcp-server',
    severity: 'block',
    what: 'a server for every agent',
    fires: changed('.mcp.json', servers('a'), servers('a', 'b')),
    quiet: changed('.mcp.json', servers('a', 'b'), servers('a')),
  },
  {
    rule: 'mcp-server',
    severity: 'block',
    what: 'another command of a server',
    fires: changed('.cursor/mcp.json', servers('a'), servers('a').replace('"x"', '"y"')),
    quiet: changed('.cursor/mcp.json', servers('a'), ` ${servers('a')} `),
  },
  {
    rule: 'agent-configuration',
    severity: 'block',
    what: 'a configuration of codex',
    fires: added('.codex/config.toml', 'x = 1\n'),
    quiet: added('src/codex/config.ts', 'export {}\n'),
  },
  {
    rule: 'agent-configuration',
    severity: 'block',
    what: 'hooks of cursor',
    fires: added('.cursor/hooks.json', '{}'),
    quiet: added('src/cursor/hooks.ts', 'export {}\n'),
  },
  {
    rule: 'agent-instructions',
    severity: 'hold',
    what: 'orders for agents',
    fires: changed('AGENTS.md', 'a\n', 'a\nb\n'),
    quiet: changed('docs/agents-and-us.md', 'a\n', 'a\nb\n'),
  },
  {
    rule: 'agent-instructions',
    severity: 'hold',
    what: 'a skill',
    fires: added('.claude/skills/x/SKILL.md', 'x\n'),
    quiet: changed('.claude/skills/x/SKILL.md', 'x\n', null),
  },
]
