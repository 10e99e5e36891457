/** Shown in the reference. A test holds it against the schema. */
export const exampleRules = `setup:
  network:
    - pypi
    - host: npm.example.com
      methods: [GET]
      paths: ["/acme/**", "/@acme%2f*"]
      credential: { secret: NPM_TOKEN }
    - host: git.example.com
      credential: { secret: GIT_TOKEN, username: x-access-token }
    - host: maven.example.com
      port: 8443
      credential: { secret: MAVEN_TOKEN, header: X-Api-Key, format: "key {}" }`
