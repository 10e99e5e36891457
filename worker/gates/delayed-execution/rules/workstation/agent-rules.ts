import { entriesAt } from '../../../change/read-value.ts'
import { whenChanged } from '../../match/when-changed.ts'
import { type Pick, whenEntriesChange } from '../../match/when-entries-change.ts'
import type { Rule } from '../../rule.ts'

const onStart = 'It would run, or loosen what may run, when the next person starts that agent in this folder.'
const leaveIt = 'Take it out; people who want it set it for themselves.'

/** Agents, and what starts several of them, by their folders: settings and scripts there are run, the rest is read. */
const lessKnown =
  'cline,codegen,conductor,devin,jules,kilocode,letta,openhands,qoder,ruler,rulesync,superset,tabnine,vibe,zencoder'

/** What an agent's settings may say without starting, reaching or allowing anything. */
const harmlessClaude =
  /^(?:\$schema|alwaysThinkingEnabled|attribution|cleanupPeriodDays|includeCoAuthoredBy|language|model|outputStyle|permissions\.(?:ask|deny)|spinnerTipsEnabled|theme)$/
const harmlessGemini = /^(?:\$schema|contextFileName|model|output|privacy|theme|ui)$/
const harmlessOpencode = /^(?:\$schema|keybinds|layout|model|small_model|theme|username)$/

export const agentRules: readonly Rule[] = [
  {
    id: 'claude-settings',
    severity: 'block',
    paths: ['**/.claude/settings{,.*}.json', '**/.claude.json'],
    when: onStart,
    mend: leaveIt,
    match: whenEntriesChange('jsonc', allBut(harmlessClaude, ['permissions'])),
  },
  {
    id: 'gemini-settings',
    severity: 'block',
    paths: ['**/.{gemini,qwen}/settings{,.*}.json'],
    when: onStart,
    mend: leaveIt,
    match: whenEntriesChange('jsonc', allBut(harmlessGemini, [])),
  },
  {
    id: 'opencode-settings',
    severity: 'block',
    paths: ['**/{opencode,.opencode,crush,.crush}.{json,jsonc}', '**/.opencode/*.{json,jsonc}'],
    when: onStart,
    mend: leaveIt,
    match: whenEntriesChange('jsonc', allBut(harmlessOpencode, [])),
  },
  {
    id: 'mcp-server',
    severity: 'block',
    paths: [
      '**/{.mcp,.mcp.local,mcp,mcp_config,mcp_settings,mcp_servers,mcp-config,cline_mcp_settings}.json',
      '**/.claude-plugin/{plugin,marketplace}.json',
    ],
    when: 'Its command would be started, or its server trusted, when the next person starts an agent in this folder.',
    mend: leaveIt,
    match: whenEntriesChange('jsonc', function* (document) {
      for (const key of ['mcpServers', 'servers', 'mcp', 'context_servers', 'hooks', 'plugins', 'inputs']) {
        for (const [name, value] of entriesAt(document, key)) yield [`${key} ${name}`, value]
      }
    }),
  },
  {
    id: 'agent-configuration',
    severity: 'block',
    paths: [
      '**/.{claude,cursor,codex,gemini,qwen,opencode,github,windsurf,kiro,augment}/hooks/**',
      '**/.cursor/{hooks,environment,permissions,sandbox,cli,cli-config,worktrees}.json',
      '**/.codex/**/*.toml',
      '**/.codex/*.json',
      '**/.{gemini,qwen}/{.env,extensions/**}',
      '**/.opencode/{plugin,plugins,tool,tools}/**',
      '**/.claude-plugin/hooks/**',
      '**/{.aider.conf.yml,.aider.model.settings.yml,.aider.model.metadata.json}',
      '**/.continue/**/*.{json,yaml,yml,ts,js}',
      '**/.pi/{settings.json,extensions/**,tools/**}',
      '**/.{goose,crush,amp,factory,trae,augment}/**/*.{json,yaml,yml,toml}',
      `**/.{${lessKnown}}/**/*.{json,jsonc,yaml,yml,toml,sh,js,mjs,ts,py}`,
      '**/{conductor.json,hooks/hooks.json}',
      '**/.amazonq/**/*.json',
      '**/.kiro/**/*.json',
    ],
    when: onStart,
    mend: leaveIt,
    match: whenChanged(),
  },
  {
    id: 'agent-instructions',
    severity: 'hold',
    paths: [
      '**/{AGENTS,AGENT,CLAUDE,CLAUDE.local,AGENTS.override,GEMINI,QWEN,CRUSH,CODEX,WARP,SKILL}.md',
      '**/{.cursorrules,.windsurfrules,.clinerules,.roorules,.goosehints,.rules,llms-agent.txt}',
      '**/.{cursor/rules,cursor/commands,clinerules,roo,windsurf,kiro,junie,agents,agent,amazonq,augment,trae}/**',
      '**/.claude/**',
      `**/.{${lessKnown}}/**`,
      '**/.{codex,gemini,qwen,opencode,pi,continue}/**/*.{md,mdc,txt,toml}',
      '**/.github/{copilot-instructions.md,instructions/**,prompts/**,chatmodes/**,agents/**,skills/**,copilot/**}',
    ],
    when: 'The next agent that works in this folder would take it for an order.',
    mend: 'Have a person read it as if it were code.',
    match: (file, change) => (/\/settings[^/]{0,20}\.json$/.test(file.path) ? [] : whenChanged()(file, change)),
  },
]

/** Every entry but the harmless ones; the keys of `opened` are judged one level down. */
function allBut(harmless: RegExp, opened: readonly string[]): Pick {
  return (document) =>
    entriesAt(document)
      .flatMap(([key, value]): [string, unknown][] =>
        opened.includes(key) ? entriesAt(value).map(([inner, deep]) => [`${key}.${inner}`, deep]) : [[key, value]],
      )
      .filter(([key]) => !harmless.test(key))
}
