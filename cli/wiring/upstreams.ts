import type { Upstreams } from '../../worker/broker/gateway/provider.ts'
import type { Settings } from '../settings/settings-schema.ts'
import { settingsTable } from '../settings/settings-schema.ts'

/** The real model providers, or what the operator puts in their place. A key never leaves this process but to them. */
export function upstreamsOf(settings: Settings): Upstreams {
  const base = (name: 'ANTHROPIC_BASE_URL' | 'OPENAI_BASE_URL' | 'GOOGLE_GEMINI_BASE_URL') =>
    settings[name] ?? settingsTable[name].facts.default
  return {
    anthropic: { baseUrl: base('ANTHROPIC_BASE_URL'), apiKey: settings.ANTHROPIC_API_KEY ?? null },
    openai: { baseUrl: base('OPENAI_BASE_URL'), apiKey: settings.OPENAI_API_KEY ?? null },
    gemini: { baseUrl: base('GOOGLE_GEMINI_BASE_URL'), apiKey: settings.GEMINI_API_KEY ?? null },
  }
}
