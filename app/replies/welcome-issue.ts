import type { Policy } from '../../worker/contract/index.ts'

export type WelcomedBy = keyof typeof wanted

const wanted = {
  operator: 'Whoever runs this installation asked for this issue.',
  organisation: "The organisation's airlock.yml asks for this issue.",
} as const

/** The first steps, where somebody wants a repository told. */
export function welcomeIssue(
  { label, command, permission }: Policy['triggers'],
  wantedBy: WelcomedBy,
): { title: string; body: string } {
  return {
    title: 'Airlock is here: first steps',
    body: [
      `Airlock lets a coding agent work on this repository in a sandbox. Whoever has at least ${permission} here asks for it:`,
      [
        `- the label \`${label}\` on an issue: the issue is the task`,
        `- \`${command} TASK\` as a comment on an issue or pull request`,
        `- \`${command} help\` for all that can be said, \`${command} why\` for what holds here, and where that is from`,
      ].join('\n'),
      'What comes out is a draft pull request from a branch of its own. Nothing is merged.',
      'Nothing has to be set up. A file `.github/airlock.yml` says how dependencies are installed and what is allowed, within what is allowed above it; a pull request that changes it is checked.',
      `${wanted[wantedBy]} It is opened once. Close it when you have read it.`,
    ].join('\n\n'),
  }
}
