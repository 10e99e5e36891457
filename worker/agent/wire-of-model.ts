/** The API that a model is asked by, told from its name: for agents that know several. */
export type ModelWire = 'anthropic' | 'openai' | 'gemini'

export function wireOfModel(model: string): ModelWire {
  if (/^(gpt|chatgpt|codex|o\d)/.test(model)) return 'openai'
  return model.startsWith('gemini') ? 'gemini' : 'anthropic'
}
