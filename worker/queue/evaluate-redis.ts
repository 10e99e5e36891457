/** What makes a Redis unfit to be trusted with accepted triggers; empty: it is fit. `info` is the reply to INFO. */
export function evaluateRedis(info: string): string[] {
  const facts = new Map(info.split(/\r?\n/).map((line) => splitFact(line)))
  const problems: string[] = []

  const version = facts.get('redis_version') ?? 'unknown'
  if (!isAtLeast(version, 6, 2)) problems.push(`Redis is ${version}; 6.2 or later is needed`)

  const policy = facts.get('maxmemory_policy')
  if (policy !== 'noeviction') {
    problems.push(
      `maxmemory-policy is ${policy ?? 'unknown'}: Redis would throw accepted triggers away; set noeviction`,
    )
  }
  if (facts.get('aof_enabled') !== '1') {
    problems.push('appendonly is off: a crash of Redis would lose accepted triggers; set appendonly yes')
  }
  if (facts.get('role') === 'slave') problems.push('this Redis is a read-only replica; name the primary')
  return problems
}

function splitFact(line: string): [string, string] {
  const colon = line.indexOf(':')
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1)]
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [haveMajor = 0, haveMinor = 0] = version.split('.').map(Number)
  return haveMajor > major || (haveMajor === major && haveMinor >= minor)
}
