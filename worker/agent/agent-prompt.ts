/**
 * What an agent is told: where it is, what becomes of its work, and the task word for word. The words in front also
 * keep a task that starts with `/`, `@` or `-` from being taken for a command of the agent's own.
 */
export function agentPrompt(task: string): string {
  return [
    'You work on a copy of a repository, in a sandbox that has no network. Change its files so that the task below is',
    'done, and run the tests that it has. Leave your changes uncommitted: they are collected when you end. Then close',
    'with a short summary of what you changed and why.',
    '',
    'The task:',
    '',
    task,
  ].join('\n')
}
