/** The example of the policy reference and of the README; a test reads it as Airlock would. */
export const examplePolicy = `# .github/airlock.yml, on the default branch
agent: claude
model: claude-sonnet-5
setup:
  run: [npm ci]
  network:
    - npm
    - { host: npm.example.com, credential: { secret: NPM_TOKEN } } # added by the broker, never inside
limits: { minutes: 20, memory: 2g, cost-usd: 3 }
gates:
  licenses: { allow-licenses: [MIT, ISC, Apache-2.0, BSD-3-Clause] }
  protected: [".github/workflows/**", "deploy/**"]
triggers: { permission: maintain }`
