/** The example of the operator reference; a test reads it as Airlock would. */
export const exampleOperatorPolicy = `# /etc/airlock/operator.yml, named by AIRLOCK_OPERATOR_POLICY
maximum: { minutes: 60, memory: 8g, cpus: 4, disk: 20g, cost-usd: 10 }
profiles: [strict, moderate]
images: [base, agents]
devcontainer-images:
  mcr.microsoft.com/devcontainers/javascript-node: agents
  "mcr.microsoft.com/devcontainers/*": base
isolation:
  least: container
  rules:
    - { visibility: private, least: gvisor }
    - { name: "acme/pay-*", least: microvm }
    - { topic: regulated, least: microvm }
    - { property: { data-class: secret }, least: microvm }
accept-weaker:
  - repository: acme/website
    isolation: container
    until: 2027-03-31
    reason: "Its code is on the web already; gVisor comes to this worker in spring."
welcome: [acme/handbook]
policy:
  triggers: { permission: maintain }
  gates: { protected: [".github/workflows/**", "deploy/**"] }`
