import { type DependencyFile, type FoundPackage, found } from './found-package.ts'

export const bundlerFiles: readonly DependencyFile[] = [
  {
    ecosystem: 'gem',
    paths: /(?:^|\/)(?:Gemfile|gems)\.locked$|(?:^|\/)Gemfile\.lock$/i,
    kind: 'lockfile',
    read: readLock,
  },
  { ecosystem: 'gem', paths: /(?:^|\/)(?:Gemfile|gems\.rb)$/i, kind: 'manifest', read: readGemfile },
]

const sections = /^(?:GEM|GIT|PATH|PLUGIN SOURCE|PLATFORMS|DEPENDENCIES|CHECKSUMS|RUBY VERSION|BUNDLED WITH)$/
const publicRemote = /^https:\/\/rubygems\.org\/?$/

function readLock(text: string): FoundPackage[] | null {
  const gems: FoundPackage[] = []
  const checksums = new Map<string, string[]>()
  let section = ''
  let remotes: string[] = []
  for (const [index, raw] of text.split(/\r\n|\n/).entries()) {
    const line = raw.trimEnd()
    if (line === '') continue
    if (!line.startsWith(' ')) {
      if (!sections.test(line)) return null
      section = line
      remotes = []
      continue
    }
    const remote = /^ {2}remote: (\S{1,2000})$/.exec(line)?.[1]
    if (remote !== undefined) remotes.push(remote)
    const [, name = '', version = ''] = /^ {4}(\S{1,200}) \(([^()\s]{1,200})\)$/.exec(line) ?? []
    if (name !== '' && /^(?:GEM|GIT|PLUGIN SOURCE)$/.test(section)) {
      const other = remotes.find((one) => !publicRemote.test(one)) ?? null
      gems.push(found(name, version, { elsewhere: section === 'GEM' ? other : (other ?? section), line: index + 1 }))
    }
    const [, key = '', at = '', digests = ''] = /^ {2}(\S{1,200}) \(([^()\s]{1,200})\) (\S.{0,1000})$/.exec(line) ?? []
    if (section === 'CHECKSUMS' && key !== '') {
      const list = digests.split(/[,\s]+/).map((digest) => digest.replace('=', ':'))
      checksums.set(`${key} ${at}`, list)
    }
  }
  return gems.map((gem) => ({ ...gem, integrity: checksums.get(`${gem.name} ${gem.version}`) ?? [] }))
}

/** A Gemfile is a program: read is what its lines say plainly. */
function readGemfile(text: string): FoundPackage[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    const [, name = '', rest = ''] =
      /^\s{0,40}gem\s{0,5}\(?\s{0,5}["']([^"'\s]{1,200})["'](.{0,2000})$/.exec(line) ?? []
    if (name === '' || /(?:\bpath:|:path\s{0,5}=>)/.test(rest)) return []
    const source = /\b(?:git|github|gitlab|bitbucket|gist|source)(?::|\s{0,5}=>)\s{0,5}["']([^"']{1,500})["']/.exec(
      rest,
    )?.[1]
    const ranges = [...rest.matchAll(/[,(]\s{0,5}["']([^"']{1,100})["']/g)].map(([, range = '']) => range.trim())
    const only = ranges.length === 1 ? /^(?:=\s{0,5})?(\d[\w.-]{0,100})$/.exec(ranges[0] ?? '')?.[1] : undefined
    const version = only ?? (ranges.join(', ') || 'any')
    return [found(name, version, { exact: only !== undefined, elsewhere: source ?? null, line: index + 1 })]
  })
}
