const fixtureFolder = /(?:^|\/)_{0,2}(?:fixtures?|testdata|test-data|test-fixtures|snapshots)_{0,2}\//i
const testFile = /(?:^|\/)_{0,2}(?:tests?|specs?|e2e)_{0,2}\/|\.(?:test|spec)\.[^/]{1,10}$/i
const proseFile =
  /\.(?:md|mdx|markdown|rst|txt|adoc|asciidoc|org|textile)$|(?:^|\/)(?:LICENSE|COPYING|NOTICE|CHANGELOG|AUTHORS)$/i

/** Material that tests read: a tool that looks for its configuration does not look here by itself. */
export function isFixture(path: string): boolean {
  return fixtureFolder.test(path)
}

/** Code that only a test run executes. */
export function isTest(path: string): boolean {
  return testFile.test(path) || isFixture(path)
}

/** Text that people read and nothing runs. */
export function isProse(path: string): boolean {
  return proseFile.test(path)
}
