/** Words that nearly every license uses, by their stems. */
const stems =
  /\b(licen[sc]e|permission|permitted|redistribut|distribut|warrant|liab|merchantab|hereby|granted?|copyright|freely|public domain|conditions|modif(?:y|ied|ication)|copy|copies|damages|unencumbered|lizenz|haftung|garantie)/gi
/** Words that open a license, and that a notice of one or a sentence about one does without. */
const grants =
  /\b(?:permission (?:is|to)|permitted|hereby|redistributions?\b|freely|unencumbered|terms and conditions for|may (?:use|copy)|can (?:use|do) (?:it|what|anything)|grants? |lizenz|licence publique)/i
const fewestStems = 3

/** Whether a closer look may find the text of a license: in prose by its words, in code by the words of a grant too. */
export function looksLikeLicense(lines: readonly { readonly text: string }[], where: 'prose' | 'code'): boolean {
  const found = new Set<string>()
  let hasGrant = where === 'prose'
  let previous = ''
  for (const { text } of lines) {
    hasGrant ||= grants.test(`${previous} ${text}`)
    for (const [stem] of text.matchAll(stems)) found.add(stem.toLowerCase())
    if (hasGrant && found.size >= fewestStems) return true
    previous = text.slice(-40)
  }
  return false
}
