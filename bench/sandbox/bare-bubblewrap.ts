/** bwrap as anybody would call it: the namespaces of ours, a system to read, a folder to write. No limits, no filter, no record. */
export function bareBubblewrap(workspace: string, command: readonly string[]): readonly string[] {
  return [
    ...['/usr/bin/bwrap', '--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv'],
    ...['--ro-bind', '/usr', '/usr', '--symlink', 'usr/bin', '/bin', '--symlink', 'usr/sbin', '/sbin'],
    ...[
      '--symlink',
      'usr/lib',
      '/lib',
      '--symlink',
      'usr/lib64',
      '/lib64',
      '--ro-bind',
      '/etc/alternatives',
      '/etc/alternatives',
    ],
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--bind', workspace, '/workspace'],
    ...['--chdir', '/workspace', '--setenv', 'PATH', '/usr/bin:/bin', '--setenv', 'HOME', '/tmp', '--', ...command],
  ]
}
