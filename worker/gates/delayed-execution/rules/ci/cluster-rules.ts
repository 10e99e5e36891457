import type { ChangedFile } from '../../../change/view-change.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Rule } from '../../rule.ts'

const askPerson = 'Have a person look at it.'
const isManifest = /^[ \t]{0,20}(?:- )?apiVersion:/m
/** What a cluster starts, with which rights, and where it takes it from. */
const runs =
  /^[\s-]{0,60}(?:command|args|privileged|hostPath|hostNetwork|hostPID|hostIPC|allowPrivilegeEscalation|serviceAccountName|roleRef|verbs|repoURL|script|postStart|preStop|exec)\s{0,3}:/
const image = /^[\s-]{0,60}(?:image|newName|repository)\s{0,3}:\s{0,5}["']?([\w./-]{1,300})/

/** What is deployed, or built by Xcode, by files that people apply and agents of a cluster apply by themselves. */
export const clusterRules: readonly Rule[] = [
  {
    id: 'cluster-manifest',
    severity: 'hold',
    paths: ['**/*.{yml,yaml}'],
    words: [
      ...['command', 'args', 'privileged', 'host', 'allowPrivilege', 'serviceAccountName', 'roleRef', 'verbs'],
      ...['repoURL', 'script', 'postStart', 'preStop', 'exec', 'image', 'newName', 'repository'],
    ],
    when: 'It would run in the cluster on the next rollout; where the cluster follows the repository, on the merge.',
    mend: askPerson,
    match: (file, change) =>
      isManifest.test(file.after?.text ?? '')
        ? whenLinesAdded(
            'This line says what runs in the cluster.',
            ({ text }) => runs.test(text) || isNewImage(text, file),
          )(file, change)
        : [],
  },
  {
    id: 'xcode-script',
    severity: 'hold',
    paths: ['**/*.pbxproj', '**/*.xcscheme'],
    words: ['shellScript', 'scriptText'],
    when: 'Xcode would run it on the next build.',
    mend: askPerson,
    match: whenLinesAdded('This line is a script.', ({ text }) => /\b(?:shellScript|scriptText)\s{0,5}=/.test(text)),
  },
  {
    id: 'php-prepended-file',
    severity: 'block',
    paths: ['**/{.user.ini,php.ini,.htaccess}'],
    when: 'PHP would run it before, or behind, every page.',
    mend: 'Take it out, or let a maintainer make this change.',
    match: whenLinesAdded('This line names code that PHP loads by itself.', ({ text }) =>
      /^\s{0,40}(?!;|#).{0,60}\b(?:auto_prepend_file|auto_append_file|extension|zend_extension|opcache\.preload)\b/i.test(
        text,
      ),
    ),
  },
]

/** Another tag of an image that the file had is no news. */
function isNewImage(text: string, { before }: ChangedFile): boolean {
  const name = image.exec(text)?.[1]
  return name !== undefined && before?.lines.some((line) => image.exec(line)?.[1] === name) !== true
}
