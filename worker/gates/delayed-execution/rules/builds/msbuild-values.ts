const staticFunctions =
  /^(?:MSBuild\]::(?:ValueOrDefault|GetTargetFrameworkIdentifier|GetTargetFrameworkVersion|IsTargetFrameworkCompatible|GetTargetPlatformIdentifier|IsOSPlatform|Version\w{4,20})|System\.DateTime\]::(?:Utc)?Now)(?:[.(]|$)/
const methods =
  /^(?:StartsWith|EndsWith|Contains|Equals|Replace|ToLower|ToLowerInvariant|ToUpper|ToString|Trim|TrimEnd|TrimStart|Substring|Split|Length)$/

/** Whether a value or condition of MSBuild calls nothing but functions that compare and cut texts. */
export function isPlainExpression(value: string): boolean {
  if (value.length > 2000 || /\$\(\s{0,50}Registry:/i.test(value)) return false
  const calls = [...value.matchAll(/\.\s{0,5}(\w{1,60})\s{0,5}\(/g)].map(([, name = '']) => name)
  const statics = value.split('[').slice(1)
  const isOwn = (call: string) => methods.test(call) || staticCall.test(call)
  return (
    value.split('::').length === value.split(']::').length &&
    statics.every((one) => !one.includes(']::') || staticFunctions.test(one)) &&
    calls.every(isOwn)
  )
}

const staticCall = /^(?:Now|UtcNow)$/

/** A path, or pattern of paths, in the repository, from a folder that is `depth` deep in it. */
export function isPlainPath(path: string, depth: number): boolean {
  const known = path.replace(/^\$\((?:MSBuildThisFileDirectory|MSBuildProjectDirectory)\)/i, '')
  if (!/^[\w.$()@%*\\/ ,+~#{}-]{1,300}$/.test(known) || /^(?:[\\/~$%@]|[a-z]:)/i.test(known)) return false
  const up = known.split(/[\\/]/).filter((segment) => segment.includes('..')).length
  return up <= depth && isPlainExpression(known)
}
