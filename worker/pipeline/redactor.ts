/** Takes a job's secrets out of whatever is written down or shown: a setup command may print them. */
export interface Redactor {
  /** Secrets by name; from now on each is replaced by its name. */
  learn(secrets: ReadonlyMap<string, string>): void
  text(text: string): string
  /** The same for every string inside plain JSON, keys included. */
  json<T>(value: T): T
}

export function createRedactor(): Redactor {
  const forms: { readonly form: string; readonly name: string }[] = []

  const text = (input: string) =>
    forms.reduce((result, { form, name }) => result.replaceAll(form, `[secret ${name}]`), input)

  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return value.map(walk)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [text(key), walk(inner)]))
  }

  return {
    learn(secrets) {
      for (const [name, value] of secrets) forms.push(...formsOf(name, value))
      // The longest first: a form that contains another must not be broken by it.
      forms.sort((a, b) => b.form.length - a.form.length)
    },
    text,
    json: <T>(value: T) => (forms.length === 0 ? value : (walk(value) as T)),
  }
}

/** How a secret is usually printed. What leaves as a change is searched far more deeply, by seal and the gates. */
function formsOf(name: string, value: string): { form: string; name: string }[] {
  if (value === '') return []
  const bytes = Buffer.from(value, 'utf8')
  const forms = [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    ...value.split('\n').filter((line) => line.trim().length >= 8),
  ]
  return [...new Set(forms)].map((form) => ({ form, name }))
}
