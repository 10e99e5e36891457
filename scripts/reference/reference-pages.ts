/**
 * The pages of docs/ that are made from the code, so that they cannot say something else than it does. Pure: schemas
 * and tables in, text out; reading and writing files is write-reference's.
 */
import { openApiDocument } from '../../app/api/open-api.ts'
import { operatorJsonSchema } from '../../app/repo-policy/operator/operator-json-schema.ts'
import { policyJsonSchema } from '../../app/repo-policy/policy-json-schema.ts'
import type { Page } from './find-stale.ts'
import { operatorPage } from './operator-page.ts'
import { policyPage } from './policy-page.ts'
import { pricesPage } from './prices-page.ts'

export function referencePages(): readonly Page[] {
  return [
    { path: 'docs/airlock.schema.json', text: `${JSON.stringify(policyJsonSchema(), null, 2)}\n` },
    { path: 'docs/operator.schema.json', text: `${JSON.stringify(operatorJsonSchema(), null, 2)}\n` },
    { path: 'docs/openapi.json', text: `${JSON.stringify(openApiDocument(), null, 2)}\n` },
    { path: 'docs/policy-reference.md', text: policyPage() },
    { path: 'docs/model-prices.md', text: pricesPage() },
    { path: 'docs/operator-reference.md', text: operatorPage() },
  ]
}
