import type { Rule } from './rule.ts'
import { agentRules } from './rules/agent-rules.ts'
import { buildRules } from './rules/build-rules.ts'
import { ciRules } from './rules/ci-rules.ts'
import { clusterRules } from './rules/cluster-rules.ts'
import { contentRules } from './rules/content-rules.ts'
import { dependencyRules } from './rules/dependency-rules.ts'
import { editorProgramRules } from './rules/editor-program-rules.ts'
import { editorRules } from './rules/editor-rules.ts'
import { environmentRules } from './rules/environment-rules.ts'
import { fetchedCodeRules } from './rules/fetched-code-rules.ts'
import { folderRules } from './rules/folder-rules.ts'
import { gitRules } from './rules/git-rules.ts'
import { lockfileContentRules } from './rules/lockfile-content-rules.ts'
import { lockfileRules } from './rules/lockfile-rules.ts'
import { manifestDependencyRules } from './rules/manifest-dependency-rules.ts'
import { npmConfigRules } from './rules/npm-config-rules.ts'
import { npmManifestRules } from './rules/npm-manifest-rules.ts'
import { packageRules } from './rules/package-rules.ts'
import { pythonRules } from './rules/python-rules.ts'
import { stagedCodeRules } from './rules/staged-code-rules.ts'
import { terraformRules } from './rules/terraform-rules.ts'
import { textRules } from './rules/text-rules.ts'
import { toolRules } from './rules/tool-rules.ts'
import { treeRules } from './rules/tree-rules.ts'
import { unicodeRules } from './rules/unicode-rules.ts'
import { workflowRules } from './rules/workflow-rules.ts'

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
