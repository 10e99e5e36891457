/** Files of /etc, the same on every engine but for the numbers of the job's user: who there is, and nobody to ask for names. */
export function insideEtc({ uid, gid }: { uid: number; gid: number }): Readonly<Record<string, string>> {
  const passwd = [
    'root:x:0:0:root:/root:/usr/sbin/nologin',
    `airlock:x:${uid}:${gid}:airlock:/home/airlock:/bin/sh`,
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
  ]
  return {
    passwd: passwd.map((line) => `${line}\n`).join(''),
    group: `root:x:0:\nairlock:x:${gid}:\nnogroup:x:65534:\n`,
    hosts: '127.0.0.1 localhost airlock\n::1 localhost\n',
    hostname: 'airlock\n',
    // No resolver: any that answers would be a channel to the outside.
    'resolv.conf': '',
  }
}
