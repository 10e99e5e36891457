/** `acme/pay-*` against `Acme/pay-roll`: `*` is any part of one name, and case is ignored, as GitHub does. */
export function matchesName(glob: string, fullName: string): boolean {
  const pattern = glob
    .split('*')
    .map((part) => part.replaceAll(/[.]/g, '\\.'))
    .join('[^/]*')
  return new RegExp(`^${pattern}$`, 'i').test(fullName)
}
