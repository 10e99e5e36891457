import { isProse } from '../../change/classify-path.ts'

/** How a file is read: all of it, its text without headers, its comments, or not at all. */
export type FileKind = 'license' | 'prose' | 'code' | 'data'

const licenseName =
  /(?:^|[/._-])(?:licen[sc]es?|copying|copyright|notices?|unlicense|third[._-]?party[^/]{0,40})(?=$|[._-][^/]*$)/i
const licenseFolder = /(?:^|\/)licen[sc]es\/[^/]+$/i
/** A page of a manual, or of a site, that speaks of licenses. */
const pageOnLicenses =
  /\.mdx$|(?:^|\/)(?:docs?|content|website|site|blog|pages)\/(?:[^/]+\/)*[a-z-]+\.(?:md|markdown|rst|html?|adoc)$/
const proseEnding = /\.(?:md|mdx|markdown|rst|txt|adoc|asciidoc|org|textile|html?)$/i
/** Endings of files in which a license text is a value, such as a list of licenses or what a test expects. */
const data =
  /\.(?:json|jsonl|jsonc|lock|csv|tsv|snap|ipynb|map|po|pot|xlf|xliff|arb|strings|resx|ftl|har|svg|sarif|patch|diff|lockb)$|(?:^|\/)(?:go\.sum|pnpm-lock\.yaml)$/i
/** Endings of source code, and of all else that has comments. */
const code =
  /\.(?:[cm]?[jt]sx?|py[iwx]?|go|rs|java|kts?|scala|groovy|gradle|swift|mm?|[ch]|cc|hh|[ch]pp|[ch]xx|cs|fs|vb|rb|php|pl|pm|lua|r|jl|ex|exs|erl|hrl|hs|ml|mli|clj[cs]?|el|lisp|scm|dart|vue|svelte|astro|s?css|sass|less|styl|sql|sh|bash|zsh|fish|ps1|psm1|bat|cmd|ya?ml|toml|ini|cfg|conf|xml|proto|graphql|tf|nix|zig|sol|v|sv|vhdl?|asm|s|cmake|mk|am|ac|m4|in|tex|sty|cls|awk|tcl|f|f90|f95|adb|ads|pas|d|nim|cr|wgsl|glsl|hlsl|cu|jsp|erb|ejs|hbs|twig|pug)$/i

/** Pure. Only the name decides: what it says of itself is read after that. */
export function kindOfFile(path: string): FileKind {
  if (data.test(path)) return 'data'
  if (code.test(path)) return 'code'
  if (pageOnLicenses.test(path)) return 'prose'
  if (licenseName.test(path) || licenseFolder.test(path)) return 'license'
  if (isProse(path) || proseEnding.test(path)) return 'prose'
  return 'code'
}

/** A file whose whole purpose is to say a license; what it says and nobody knows is worth a word. */
export function isLicenseFile(path: string): boolean {
  return kindOfFile(path) === 'license' && /(?:^|[/._-])(?:licen[sc]e|copying|unlicense)(?=$|[._-][^/]*$)/i.test(path)
}
