import type { Rule } from './rule.ts'
import { buildRules } from './rules/builds/build-rules.ts'
import { toolRules } from './rules/builds/tool-rules.ts'
import { ciRules } from './rules/ci/ci-rules.ts'
import { clusterRules } from './rules/ci/cluster-rules.ts'
import { terraformRules } from './rules/ci/terraform-rules.ts'
import { workflowRules } from './rules/ci/workflow-rules.ts'
import { dependencyRules } from './rules/packages/dependency-rules.ts'
import { lockfileContentRules } from './rules/packages/lockfile-content-rules.ts'
import { lockfileRules } from './rules/packages/lockfile-rules.ts'
import { manifestDependencyRules } from './rules/packages/manifest-dependency-rules.ts'
import { npmConfigRules } from './rules/packages/npm-config-rules.ts'
import { npmManifestRules } from './rules/packages/npm-manifest-rules.ts'
import { packageRules } from './rules/packages/package-rules.ts'
import { pythonRules } from './rules/packages/python-rules.ts'
import { contentRules } from './rules/text/content-rules.ts'
import { fetchedCodeRules } from './rules/text/fetched-code-rules.ts'
import { stagedCodeRules } from './rules/text/staged-code-rules.ts'
import { textRules } from './rules/text/text-rules.ts'
import { unicodeRules } from './rules/text/unicode-rules.ts'
import { gitRules } from './rules/tree/git-rules.ts'
import { treeRules } from './rules/tree/tree-rules.ts'
import { agentRules } from './rules/workstation/agent-rules.ts'
import { editorProgramRules } from './rules/workstation/editor-program-rules.ts'
import { editorRules } from './rules/workstation/editor-rules.ts'
import { environmentRules } from './rules/workstation/environment-rules.ts'
import { folderRules } from './rules/workstation/folder-rules.ts'

/** Every rule of the delayed-execution gate, as one table. */
export const rules: readonly Rule[] = [
  ...gitRules,
  ...npmManifestRules,
  ...npmConfigRules,
  ...lockfileRules,
  ...lockfileContentRules,
  ...pythonRules,
  ...packageRules,
  ...dependencyRules,
  ...manifestDependencyRules,
  ...editorRules,
  ...editorProgramRules,
  ...folderRules,
  ...environmentRules,
  ...agentRules,
  ...ciRules,
  ...workflowRules,
  ...buildRules,
  ...clusterRules,
  ...terraformRules,
  ...toolRules,
  ...textRules,
  ...fetchedCodeRules,
  ...stagedCodeRules,
  ...contentRules,
  ...treeRules,
  ...unicodeRules,
]
