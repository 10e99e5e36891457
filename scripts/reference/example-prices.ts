/** The example of the page on prices; a test reads it as Airlock would. */
export const examplePrices = `# /etc/airlock/model-prices.yml, named by AIRLOCK_MODEL_PRICES
claude-sonnet-5:
  input: 1.8
  output: 9
  cache-read: 0.18
  cache-write: 2.25
  cache-write-long: 3.6
  source: "contract of 2026-10-01, ten percent off"
qwen3-coder: { input: 0, output: 0, source: "our own server" }
`
