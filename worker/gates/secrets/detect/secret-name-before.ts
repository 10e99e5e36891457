import { judgeName } from './judge-name.ts'

const furthest = 100
const nameBefore = /([A-Za-z_$][\w$.-]{0,79})["'`\]\\]{0,3}[ \t]{0,8}(?:[:=|?~]{0,3}=|:|=?>|,)[ \t]{0,8}\S{0,3}$/

/**
 * The name that the value at `start` is given to, where the name says that it is secret; else nothing. A name of any
 * other kind might be the secret before this one.
 */
export function secretNameBefore(text: string, start: number): string {
  const stretch = text.slice(Math.max(0, start - furthest), start)
  const [, name = ''] = nameBefore.exec(stretch.slice(stretch.lastIndexOf('\n') + 1)) ?? []
  return judgeName(name) === null ? '' : name
}
