/** Folders that hold instructions, settings, hooks or servers of one agent or another. */
const folders = new Set(
  '.agent .agents .aider .amazonq .amp .augment .claude .claude-plugin .cline .clinerules .codegen .codex .conductor .continue .copilot .crush .cursor .devin .factory .gemini .goose .jules .junie .kilocode .kiro .letta .opencode .openhands .pi .qoder .qwen .roo .ruler .rulesync .superset .tabnine .trae .vibe .windsurf .zencoder'.split(
    ' ',
  ),
)
const files = new Set(
  '.aider.conf.yml .aider.model.metadata.json .aider.model.settings.yml .claude.json .clinerules .crush.json .crush.jsonc .cursorrules .geminiignore .goosehints .mcp.json .mcp.local.json .opencode.json .opencode.jsonc .roorules .rules .windsurfrules agent.md agents.md agents.override.md claude.local.md claude.md cline_mcp_settings.json codex.md conductor.json crush.json crush.jsonc crush.md gemini.md llms-agent.txt mcp-config.json mcp.json mcp_config.json mcp_servers.json mcp_settings.json opencode.json opencode.jsonc qwen.md skill.md warp.md'.split(
    ' ',
  ),
)
const insideOthers = new Set(
  '.github/agents .github/chatmodes .github/copilot .github/copilot-instructions.md .github/hooks .github/instructions .github/lsp.json .github/prompts .github/skills hooks/hooks.json'.split(
    ' ',
  ),
)

/**
 * The uppermost file or folder on this path that an agent would take for an order or obey as a setting, at any depth
 * and in any case; null where there is none. All that the delayed-execution gate takes for an agent's is among them.
 */
export function instructionRoot(path: string): string | null {
  const names = path.split('/')
  const lower = names.map((name) => name.toLowerCase())
  const index = lower.findIndex(
    (name, at) => folders.has(name) || files.has(name) || insideOthers.has(`${lower[at - 1]}/${name}`),
  )
  return index < 0 ? null : names.slice(0, index + 1).join('/')
}

/** Folders of a home that agents read: setup, which a pull request may have written, can have filled them. */
export const agentHomes: readonly string[] = [
  ...[...folders],
  ...['.claude.json', '.config/opencode', '.config/crush', '.config/goose', '.config/github-copilot'],
  ...['AGENTS.md', 'CLAUDE.md', 'GEMINI.md', 'QWEN.md', '.mcp.json', '.env'],
]
