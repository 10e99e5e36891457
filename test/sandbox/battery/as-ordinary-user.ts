import { readlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')
const nobody = '65534'
/** Where an ordinary user finds the project and Node, whatever folder of root's they are in. */
const projectSeen = '/mnt/airlock'
const nodeSeen = '/mnt/node'

/** The folders themselves may be closed to others, so what is in them is shown one by one. */
const showElsewhere = `
  set -e
  show() {
    mkdir "$2"
    for entry in "$1"/* "$1"/.airlock; do
      [ -e "$entry" ] || continue
      place="$2/\${entry##*/}"
      if [ -d "$entry" ]; then mkdir "$place"; else : > "$place"; fi
      mount --bind "$entry" "$place"
    done
  }
  mount -t tmpfs -o mode=0755 none /mnt
  show "$1" "$2"
  show "$3" "$4"
  shift 4
  exec "$@"
`

/**
 * The command line that runs a script of the project on this Node as an ordinary user: `nobody` where the tests run
 * as root, else whoever runs them.
 */
export async function asOrdinaryUser(script: string, args: readonly string[] = []): Promise<string[]> {
  if (process.getuid?.() !== 0) return [process.execPath, `${project}/${script}`, ...args]
  const node = dirname(dirname(await readlink('/proc/self/exe')))
  return [
    ...['unshare', '--mount', 'sh', '-c', showElsewhere, 'sh', project, projectSeen, node, nodeSeen],
    ...['setpriv', '--reuid', nobody, '--regid', nobody, '--clear-groups', '--'],
    ...[`${nodeSeen}/bin/node`, `${projectSeen}/${script}`, ...args],
  ]
}
