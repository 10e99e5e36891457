/**
 * Words of which each match of a secretlint rule has one, by rule: only around them is it asked. A test fails for a rule
 * of theirs that has none here and is not left out on purpose.
 */
export const secretlintWords: ReadonlyMap<string, readonly string[]> = new Map([
  ['aws', combine(spelled('secret'), ['', '_'], spelled('access'), ['', '_'], spelled('key'))],
  ['npm', [':x-oauth-basic@github', '_authToken=', 'npm_']],
  ['openai', ['T3BlbkFJ']],
  ['anthropic', ['sk-ant-api0']],
  ['groq', ['gsk_']],
  ['huggingface', ['hf_']],
  ['linear', ['lin_api_']],
  ['notion', ['ntn_']],
  ['sendgrid', ['SG.']],
  ['shopify', ['shppa_', 'shpca_', 'shpat_', 'shpss_']],
  ['stripe', ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_']],
  ['github', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_']],
  ['gitlab', ['glpat-']],
  ['grafana', ['glc_', 'glsa_']],
  ['1password', ['ops_ey']],
  ['hashicorp-vault', ['hvs.', 'hvb.', 'hvr.']],
  ['vercel', ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_']],
  ['databricks', ['dapi']],
  ['docker', ['dckr_pat_']],
  ['figma', ['figd_']],
  ['cloudflare', ['cfk_', 'cfut_', 'cfat_']],
  ['tailscale', ['tskey-']],
])

/** Rules that know less than ours for the same: ours tell examples, local databases and cut-off tokens from what is meant. */
export const leftToOurs: ReadonlySet<string> = new Set([
  ...['basicauth', 'database-connection-string', 'privatekey', 'slack'],
  // A service account's file is found by the private key in it.
  'gcp',
])

/** Characters of the longest token that the rules know, and some more: a GitHub App's has 12,000. */
export const longestToken = 16 * 1024

function spelled(word: string): string[] {
  return [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]
}

function combine(...lists: readonly (readonly string[])[]): string[] {
  return lists.reduce<string[]>((made, list) => made.flatMap((start) => list.map((end) => start + end)), [''])
}
