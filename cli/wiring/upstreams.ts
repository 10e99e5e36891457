import type { Upstream, Upstreams } from '../../worker/broker/gateway/provider.ts'
import type { Settings } from '../settings/settings-schema.ts'
import { settingsTable } from '../settings/settings-schema.ts'
import { bedrockUpstream, vertexUpstream } from './cloud-upstreams.ts'

/**
 * The real model providers, or what the operator puts in their place. A key never leaves this process but to them. Throws
 * SettingsError where a cloud is chosen and not all of it is set.
 */
export function upstreamsOf(settings: Settings): Upstreams {
  const base = (name: 'ANTHROPIC_BASE_URL' | 'OPENAI_BASE_URL' | 'GOOGLE_GEMINI_BASE_URL') =>
    settings[name] ?? settingsTable[name].facts.default
  return {
    anthropic: anthropicCloud(settings) ?? {
      baseUrl: base('ANTHROPIC_BASE_URL'),
      apiKey: settings.ANTHROPIC_API_KEY ?? null,
    },
    openai: { baseUrl: base('OPENAI_BASE_URL'), apiKey: settings.OPENAI_API_KEY ?? null },
    gemini:
      settings.AIRLOCK_GEMINI_CLOUD === 'vertex'
        ? vertexUpstream(settings, 'google')
        : { baseUrl: base('GOOGLE_GEMINI_BASE_URL'), apiKey: settings.GEMINI_API_KEY ?? null },
  }
}

function anthropicCloud(settings: Settings): Upstream | null {
  switch (settings.AIRLOCK_ANTHROPIC_CLOUD) {
    case 'bedrock':
      return bedrockUpstream(settings)
    case 'vertex':
      return vertexUpstream(settings, 'anthropic')
    case undefined:
      return null
  }
}
