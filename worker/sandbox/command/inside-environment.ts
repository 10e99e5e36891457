import { posix } from 'node:path'
import { insidePaths } from '../../pipeline/ports/index.ts'

/** A host program that every sandbox gets, read-only as /opt/airlock/NAME. */
export interface HostTool {
  readonly name: string
  /** Absolute path of its folder on the host. */
  readonly path: string
  /** The folder in it that belongs on PATH, `.` for itself. */
  readonly bin: string
}

/** The few variables that every command has, on every engine. */
export function insideEnvironment(hostTools: readonly HostTool[]): Readonly<Record<string, string>> {
  const tools = hostTools.map(({ name, bin }) => posix.join(insidePaths.tools, name, bin))
  return {
    PATH: [...tools, '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'].join(':'),
    HOME: insidePaths.home,
    USER: 'airlock',
    LOGNAME: 'airlock',
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    TMPDIR: '/tmp',
    TERM: 'dumb',
  }
}
