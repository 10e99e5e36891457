import type { Reason } from '../../worker/contract/index.ts'

/** `what` happened, in one or two sentences, and what to do `next`. */
export interface ReasonText {
  readonly what: string
  readonly next: string
}

const askAgain = 'Then ask again: set the label, or write the command.'
const askOperator = 'Tell whoever runs this installation of Airlock; the log of the job has the details.'

/** One text for every reason that a job can end with: nobody is left without an answer. */
export const reasonTexts: Readonly<Record<Reason, ReasonText>> = {
  'pull-request-opened': {
    what: 'The work is done, and a pull request is open.',
    next: 'Review the pull request; nothing is merged without you.',
  },
  'pull-request-continued': {
    what: 'The work is done, and is a new commit on this pull request.',
    next: 'Review what it adds; nothing is merged without you.',
  },
  'base-merged': {
    what: 'The base branch is merged into this pull request, as a new commit on its branch.',
    next: 'Review what it changed, and what CI says of it; nothing else is merged without you.',
  },
  'branch-created': {
    what: 'The work is done, passed every gate, and is on a branch of its own.',
    next: 'Review the branch and merge it if you like it.',
  },
  'patch-offered': {
    what: "The work is done, and is on a branch of this repository, one commit after the fork's. No pull request is opened, and the commit asks CI to stay away.",
    next: "The fork's author can take it as below. Whoever opens a pull request from the branch lets CI, which may have secrets, run on the fork's code: read it first.",
  },
  'ci-released': {
    what: 'A person let CI run on the pull request. Nothing in it was changed.',
    next: 'Review the pull request and what CI says of it; nothing is merged without you.',
  },
  'joined-another-job': {
    what: 'This was waiting for the job before it on this pull request, and is done in one commit with what else was waiting.',
    next: 'The comment of the job that does it, which is named above, tells how it ends.',
  },
  'agent-changed-nothing': {
    what: 'The agent ended without changing a file, so there is nothing to review.',
    next: `Its closing words are below. If you expected a change, say more precisely what should be different. ${askAgain}`,
  },
  'base-merged-before': {
    what: 'The pull request has everything already that its base branch had when this was asked. Nothing was changed.',
    next: 'Nothing: it is up to date.',
  },
  'gate-hold': {
    what: 'The work is done, but a gate wants a person to look at it first. Nothing was published.',
    next: 'Read the findings below; where the change is kept, they are followed by how to let it out. To get one without them, say in the task what to leave alone, and ask again.',
  },
  'gate-block': {
    what: 'The work is done, but a gate found something that must not leave the sandbox. Nothing was published.',
    next: 'Read the findings below, and say in the task what to leave alone. Then ask again.',
  },
  'gate-error': {
    what: 'A gate could not finish its check. What was not checked is not published.',
    next: `Ask again. If it happens twice: ${askOperator}`,
  },
  'permission-too-low': {
    what: 'You do not have the permission on this repository that its policy asks for. No job was started.',
    next: 'Ask somebody who has it to write the command, or to set the label: one that is set already has to be taken off first.',
  },
  'permission-lost': {
    what: 'The person who asked no longer has the permission that the policy asks for. The job was stopped.',
    next: 'Somebody who has it can ask again.',
  },
  'bot-sender': {
    what: 'Only people start jobs; this came from a bot.',
    next: 'A person with permission can set the label or write the command.',
  },
  'policy-invalid': {
    what: 'The policy of this repository, or of one above it, cannot be used. No job is started without a policy.',
    next: `Mend it on the default branch at the place named below. ${askAgain}`,
  },
  'policy-changed': {
    what: 'The policy was changed after you asked. What runs is only what was asked for under the policy of that moment.',
    next: 'Ask again: the new policy will hold.',
  },
  'base-moved': {
    what: 'The branch was moved to other commits, and the one that the job started from is gone.',
    next: 'Ask again: the job will start from the new commit.',
  },
  'base-missing': {
    what: 'The branch or commit that the job should start from does not exist.',
    next: 'Check the default branch, or the head branch of the pull request. Then ask again.',
  },
  'repository-empty': {
    what: 'The repository has no commit yet, so there is nothing to start from.',
    next: 'Push a first commit to the default branch. Then ask again.',
  },
  'repository-archived': {
    what: 'The repository is archived, and an archived repository takes no changes.',
    next: 'Unarchive it in its settings if it should be worked on. Then ask again.',
  },
  'repository-unavailable': {
    what: 'Airlock cannot reach this repository: the installation was removed or suspended, or access was taken away.',
    next: "Check the App's installation in the settings of the organisation or account. Then ask again.",
  },
  'fork-head': {
    what: "This pull request comes from a fork that is gone, or the job would run on GitHub Actions, beside this repository's secrets.",
    next: 'Push the branch to this repository and open the pull request from there, or describe the work in an issue.',
  },
  'pull-request-closed': {
    what: "This pull request of Airlock's is closed or merged, so no work goes on in it.",
    next: 'If it was closed too early, reopen it and ask again. Else describe in an issue what is left to do: that starts from the default branch.',
  },
  'submodules-unsupported': {
    what: 'The repository uses git submodules, which Airlock does not fetch.',
    next: 'Have the setup commands fetch what is needed through the allowlist, or remove the submodules.',
  },
  'repository-too-large': {
    what: 'The repository is larger than Airlock takes.',
    next: 'Make the checkout smaller. How large it is, and how large it may be, is named below.',
  },
  'isolation-unavailable': {
    what: 'The isolation that is asked for, or its image, cannot be had on this worker. A weaker one is never taken in silence.',
    next: 'The detail says what is missing and how to get it; `airlock doctor` tells what the worker has. The operator can also write down that less is accepted for this repository.',
  },
  'agent-unavailable': {
    what: 'The agent that was asked for is not one that this installation can start.',
    next: 'Choose another one in the policy or by the label. The help names those that are known.',
  },
  'model-unavailable': {
    what: "The agent's model cannot be reached: this installation has no key for its provider, or the provider refuses it.",
    next: `Choose an agent whose provider is set up. ${askOperator}`,
  },
  'budget-spent': {
    what: "The day's budget for models is spent. No job was started.",
    next: 'Ask again tomorrow (UTC), or have budgets raised by whoever wrote the policy. The detail below says whose it was.',
  },
  'quota-spent': {
    what: 'A quota of the policy leaves no room for another job. No job was started.',
    next: 'The detail below says whose it is and how much. What is counted by day begins anew at 00:00 UTC; jobs at a time, when one ends. Ask again then, or have quotas raised by whoever wrote the policy.',
  },
  'secret-missing': {
    what: 'The policy names a setup secret that this installation does not hold for this repository.',
    next: 'Have it put into the folder of secrets, or take its name out of the policy. Then ask again.',
  },
  'approval-void': {
    what: 'A person approved what was held, but it is not there any more, or is something else by now. Nothing was published.',
    next: 'A change is kept for 14 days, and until it is decided on. Ask for the work again; where a pull request is open, push to its branch to have CI run.',
  },
  'handover-void': {
    what: 'What the runner handed over to be published is missing, or is not what this job made. Nothing was published.',
    next: `Ask again. If it happens twice, somebody may have tampered with it: ${askOperator}`,
  },
  'runner-unavailable': {
    what: 'The policy says where jobs run (`runs-on`), and this one could not be run there. It is not run anywhere else.',
    next: `Mend what is named below, or change \`runs-on\`. ${askAgain}`,
  },
  'workspace-unsafe': {
    what: 'The workspace held a file that must not be handed over: a device, a pipe, a link to outside, or a look-alike of git.',
    next: 'The path is named below. Say in the task that such a file is not wanted, and ask again.',
  },
  'by-person': {
    what: 'A person cancelled the job. Nothing was published.',
    next: 'Ask again whenever you like.',
  },
  'access-ended': {
    what: 'The App was suspended, removed or may not write here any more, so the job was stopped. Nothing was published.',
    next: 'Ask again once an administrator has let the App act here again.',
  },
  shutdown: {
    what: 'The worker was shut down before the job was done. Nothing was published.',
    next: 'Ask again.',
  },
  'setup-failed': {
    what: 'A setup command of the policy failed, so the agent was not started.',
    next: 'Its last lines are below. Mend the setup commands on the default branch, or allow the hosts that they need.',
  },
  'secret-left-behind': {
    what: 'Setup left a secret in a file that the agent could have read. Everything of it was destroyed.',
    next: 'The file is named below. Have setup remove it, or keep the secret out of files. Then ask again.',
  },
  'agent-failed': {
    what: 'The agent ended with an error. Nothing was published.',
    next: 'Its last lines are below. Ask again, or choose another agent.',
  },
  'agent-crashed': {
    what: 'The agent was ended by a signal. Nothing was published.',
    next: 'Its last lines are below. Ask again, or choose another agent.',
  },
  'agent-refused': {
    what: "The agent's model refused to do the task. Nothing was published.",
    next: 'Say more precisely what should be done and why, or choose another agent. Then ask again.',
  },
  'agent-limit': {
    what: 'The agent reached a limit of its own, of turns or of length, before it was done. Nothing was published.',
    next: 'Split the task. Then ask again.',
  },
  'agent-timeout': {
    what: "The agent did not finish within the policy's time. It was stopped, and nothing was published.",
    next: 'Split the task, or raise limits.minutes in the policy. Then ask again.',
  },
  'agent-stalled': {
    what: 'The agent printed nothing and asked its model nothing for longer than the policy allows. It was stopped.',
    next: 'Ask again. If a test takes that long without a word, raise limits.silence-minutes in the policy.',
  },
  'setup-timeout': {
    what: "The setup commands did not finish within the policy's time. They were stopped.",
    next: 'Make setup faster, or raise limits.minutes in the policy. Then ask again.',
  },
  'output-limit': {
    what: 'More was printed than the policy allows, and the job was stopped.',
    next: 'Make the commands quieter, or raise limits.output in the policy. Then ask again.',
  },
  'memory-limit': {
    what: 'More memory was needed than the policy allows, and the job was stopped.',
    next: 'Use less, or raise limits.memory in the policy. Then ask again.',
  },
  'process-limit': {
    what: 'More processes were started than the sandbox can carry, and the job was stopped.',
    next: 'Start fewer at a time, or raise limits.pids in the policy. Then ask again.',
  },
  'disk-limit': {
    what: 'More disk was needed than the policy allows, and the job was stopped.',
    next: 'Write less, or raise limits.disk in the policy. Then ask again.',
  },
  'cost-limit': {
    what: "The model's cost reached the policy's limit, and the agent was stopped. Nothing was published.",
    next: 'Split the task, or raise limits.cost-usd in the policy. Then ask again.',
  },
  'token-limit': {
    what: "The model's tokens reached the policy's limit, and the agent was stopped. Nothing was published.",
    next: 'Split the task, or raise limits.tokens in the policy. Then ask again.',
  },
  'budget-used-up': {
    what: "The day's budget for models was used up while the agent worked, and it was stopped. Nothing was published.",
    next: 'Ask again tomorrow (UTC), or have budgets raised by whoever wrote the policy. The detail below says whose it was.',
  },
  'quota-used-up': {
    what: "The day's tokens for models were used up while the agent worked, and it was stopped. Nothing was published.",
    next: 'Ask again tomorrow (UTC), or have quotas raised by whoever wrote the policy. The detail below says whose they were.',
  },
  'workspace-deleted': {
    what: 'The agent deleted its whole workspace. That is not taken for a change.',
    next: 'Ask again. If files should really go, name them in the task.',
  },
  'conflict-unsolved': {
    what: 'The base branch and this pull request do not fit together, and the agent left conflicts unsolved. The branch is as it was.',
    next: 'The files are named below. Merge the base branch by hand, or write the command once more.',
  },
  'merge-failed': {
    what: 'The base branch could not be merged into this pull request. The branch is as it was.',
    next: 'The detail says why. Merge the base branch by hand.',
  },
  'collect-limit': {
    what: 'The change is larger than what Airlock reads out of a sandbox. Nothing was published.',
    next: 'Keep what is built or downloaded out of the change, by .gitignore for example, or split the task.',
  },
  'branch-taken': {
    what: "The branch for this job exists already with other commits. Airlock never touches another's branch.",
    next: 'Delete or rename that branch if it is not needed. Then ask again.',
  },
  'github-unavailable': {
    what: 'GitHub could not be reached, or refused what was asked of it, more often than is worth trying.',
    next: 'Look at the detail below and at githubstatus.com. Then ask again.',
  },
  'lease-lost': {
    what: 'Another worker took this job over, so this attempt stopped without a further effect.',
    next: 'Nothing: the other attempt answers here.',
  },
  'runner-lost': {
    what: 'The job was sent to GitHub Actions twice, and both runs ended, or never began, without handing anything over.',
    next: `The Actions tab shows why. ${askAgain}`,
  },
  'attempts-exhausted': {
    what: 'The job was tried several times and its worker died each time.',
    next: `Ask again with a smaller task. ${askOperator}`,
  },
  'internal-error': {
    what: 'Something went wrong inside Airlock. Nothing was published.',
    next: `Ask again. If it happens twice: ${askOperator}`,
  },
}
