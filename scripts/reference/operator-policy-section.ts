import { operatorJsonSchema } from '../../app/repo-policy/operator/operator-json-schema.ts'
import { operatorFileSchema } from '../../app/repo-policy/operator/operator-schema.ts'
import { exampleOperatorPolicy } from './example-operator-policy.ts'
import { code, formatTable, paragraph } from './markdown.ts'
import { type PolicyKey, policyKeys } from './policy-keys.ts'

export function operatorPolicySection(): readonly string[] {
  const keys = policyKeys(operatorJsonSchema()).filter(({ path }) => !path.startsWith('policy.'))
  return [
    "## The operator's policy",
    paragraph(
      'A YAML file that `AIRLOCK_OPERATOR_POLICY` names, above every organisation and repository. It is read when a ' +
        'command starts, and anything in it that is not plainly right keeps the command from starting, with file, ' +
        'line, key and a line that would be right. The app and all workers need the same one: a job whose policy ' +
        'they read differently is refused. Without a file the defaults of this table hold. What the keys are for: ' +
        '[isolation](isolation.md). Editors can use [operator.schema.json](operator.schema.json).',
    ),
    `\`\`\`yaml\n${exampleOperatorPolicy}\n\`\`\``,
    formatTable(['key', 'type', 'default', 'what it means'], keys.map(rowOf)),
    paragraph(
      'Below `policy` is every key of an [airlock.yml](policy-reference.md), by the same rules: an organisation and a ' +
        'repository narrow what stands there.',
    ),
  ]
}

function rowOf({ path, type, description }: PolicyKey): string[] {
  const value = path.split('.').reduce<unknown>(valueAt, operatorFileSchema.parse({}))
  const fallback = value === undefined || path === 'policy' ? '–' : code(textOf(value))
  return [code(path), type, fallback, description]
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
