const fixtureFolder = /(?:^|\/)_{0,2}(?:fixtures?|testdata|test-data|test-fixtures|snapshots)_{0,2}\//i
const testFile = /(?:^|\/)_{0,2}(?:tests?|specs?|e2e|mocks?)_{0,2}\/|\.(?:test|spec)\.[^/]{1,10}$/i
/** As Go, Python, Ruby, Java and their kin name the files of their tests. */
const testName =
  /(?:^|\/)test_[^/]{1,200}\.py$|_(?:test|spec)\.(?:go|py|rb|exs|dart|cc?|cpp)$|[a-z\d]Tests?\.(?:java|kt|cs|scala|swift|php|groovy)$/
const proseFile =
  /\.(?:md|mdx|markdown|rst|txt|adoc|asciidoc|org|textile)$|(?:^|\/)(?:LICENSE|COPYING|NOTICE|CHANGELOG|AUTHORS)$/i

/** Pages and descriptions of an interface: their examples are made up, and they are read, not run. */
const documentation =
  /(?:^|\/)(?:docs?|documentation|api-reference)\/(?:[^/]{1,200}\/){0,20}[^/]{1,200}\.(?:ya?ml|json|html?|http|toml)$|(?:^|[/._-])(?:openapi|swagger)(?:[._-][^/]{0,60})?\.(?:ya?ml|json)$/i
const translation =
  /\.(?:po|pot|xlf|xliff|arb|strings|ftl)$|(?:^|\/)(?:locales?|i18n|l10n|lang|langs|languages?|translations?)\//i

/** Material that tests read: a tool that looks for its configuration does not look here by itself. */
export function isFixture(path: string): boolean {
  return fixtureFolder.test(path)
}

/** Code that only a test run executes. */
export function isTest(path: string): boolean {
  return testFile.test(path) || testName.test(path) || isFixture(path)
}

/** In a folder below one of tests: a project of its own, that the project itself does not look into. */
export function isInTests(path: string): boolean {
  return /(?:^|\/)_{0,2}(?:tests?|specs?|e2e)_{0,2}\/[^/]{1,200}\//i.test(path)
}

/** Text that people read, and what stands beside it as data. */
export function isDocumentation(path: string): boolean {
  return isProse(path) || documentation.test(path)
}

/** What a program says in another language. */
export function isTranslation(path: string): boolean {
  return translation.test(path)
}

/** Text that people read and nothing runs. */
export function isProse(path: string): boolean {
  return proseFile.test(path)
}
