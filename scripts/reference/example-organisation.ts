/** In the policy reference; a test reads it. */
export const exampleOrganisation = `# airlock.yml in the organisation's .github repository
triggers: { permission: write }
agents: [claude, codex]
rules:
  - when: { visibility: private }
    isolation: gvisor
    setup: { network: [npm] }
  - when: { property: { data-class: secret } }
    triggers: { permission: maintain, teams: [platform, security] }
    approvals: { own: false, teams: [security] }
    network: []
    gates: { protected: ["deploy/**", ".github/workflows/**"] }
  - when: { name: "acme/pay-*" }
    models: [claude-sonnet-5]
  - unless: { team: platform }
    budgets: { person: 10 }`
