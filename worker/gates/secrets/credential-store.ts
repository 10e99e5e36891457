import type { Finding } from '../../contract/index.ts'
import { isTest } from '../change/classify-path.ts'
import { compileGlobs } from '../change/compile-globs.ts'
import type { ChangedFile } from '../change/view-change.ts'
import { createFinding } from '../create-finding.ts'

/** Files whose only use is to hold credentials, most of them in formats that no pattern sees into. */
const isStore = compileGlobs([
  '**/*.{p12,pfx,jks,keystore,kdbx,ppk,ovpn}',
  '**/id_{rsa,dsa,ecdsa,ed25519}',
  '**/{.netrc,_netrc,.pgpass,.git-credentials,.htpasswd,.dockercfg,.vault-token}',
  '**/.{aws/credentials,docker/config.json,kube/config,gem/credentials}',
])

export function findCredentialStore(file: ChangedFile): Finding[] {
  if (file.after === null || !isStore(file.path)) return []
  return [
    createFinding({
      gate: 'secrets',
      rule: 'credential-store',
      severity: isTest(file.path) ? 'note' : 'hold',
      path: file.path,
      line: null,
      message: 'Files of this kind hold credentials. Leave it out, or have a person confirm that it holds none.',
    }),
  ]
}
