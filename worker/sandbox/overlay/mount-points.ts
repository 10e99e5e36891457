/** Where something is mounted in a folder, by `/proc/self/mountinfo`: the last one first, as it has to be unmounted. */
export function mountPointsBelow(mountinfo: string, folder: string): readonly string[] {
  const points = mountinfo.split('\n').map((line) => plainPath(line.split(' ')[4] ?? ''))
  return points.filter((point) => point.startsWith(`${folder}/`)).reverse()
}

/** The kernel writes space, tab, line end and backslash as octal numbers. */
function plainPath(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
