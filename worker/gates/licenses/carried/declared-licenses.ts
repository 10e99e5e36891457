import { parseDocument } from '../../change/parse-document.ts'
import { textAt } from '../../change/read-value.ts'

const manifest = /(?:^|\/)(?:package\.json|composer\.json|Cargo\.toml|pyproject\.toml)$/i
/** `license = "MIT"` at the head of a table, and poetry's and setuptools' older `license = { text = "MIT" }`. */
const tomlLicense =
  /^[ \t]{0,40}license[ \t]{0,40}=[ \t]{0,40}(?:\{[ \t]{0,40}text[ \t]{0,40}=[ \t]{0,40})?["']([^"'\n]{1,200})["']/m

export function isManifest(path: string): boolean {
  return manifest.test(path)
}

/** The license that a manifest declares for its own project; null where it declares none. Pure. */
export function declaredLicense(path: string, text: string): string | null {
  if (path.toLowerCase().endsWith('.toml')) return tomlLicense.exec(text)?.[1]?.trim() ?? null
  const document = parseDocument(text, 'json')
  const license = document.ok ? textAt(document.value, 'license') : null
  return license === null || license.trim() === '' ? null : license.trim()
}
