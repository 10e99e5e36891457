import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...markdownOf('docs')]

describe.each(pages)('%s', (page) => {
  const text = readFileSync(page, 'utf8')

  it('links only to what is there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link]) => link ?? '')

    expect(links.filter((link) => !leadsSomewhere(page, link))).toEqual([])
  })

  it('names only files of the project that are there', () => {
    const named = [...text.matchAll(/`((?:test|scripts|docs|worker|app|cli)\/[\w./-]+)`/g)].map(
      ([, path]) => path ?? '',
    )

    expect(named.filter((path) => !existsSync(path) && !existsSync(`${path}.ts`))).toEqual([])
  })
})

describe('docs/threat-model.md', () => {
  it('names one test of each invariant', () => {
    const text = readFileSync('docs/threat-model.md', 'utf8')
    const numbers = [...text.matchAll(/`test\/invariants\/(\d\d)-[\w-]+\.test\.ts`/g)].map(([, number]) =>
      Number(number),
    )

    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})

describe('the search for dead links', () => {
  it('finds a missing file and a missing heading, and takes what is there', () => {
    expect(leadsSomewhere('docs/architecture.md', 'nowhere.md')).toBe(false)
    expect(leadsSomewhere('docs/architecture.md', 'threat-model.md#nowhere')).toBe(false)
    expect(leadsSomewhere('docs/architecture.md', 'threat-model.md#what-is-not-covered')).toBe(true)
  })
})

function markdownOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? page : join(dirname(page), path)
  if (!existsSync(file)) return false
  return anchor === undefined || anchorsOf(readFileSync(file, 'utf8')).includes(anchor)
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
