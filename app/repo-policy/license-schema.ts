import { z } from 'zod'
import { parsePackageUrl } from '../../worker/contract/index.ts'

const license = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9.+-]+(?: WITH [A-Za-z0-9.-]+)?$/, 'expected an SPDX id such as MIT')
const packageUrl = z
  .string()
  .max(512)
  .refine(
    (text) => parsePackageUrl(text) !== null,
    'expected a package URL of npm, pypi, cargo, golang, gem, composer or maven, such as pkg:npm/left-pad',
  )

/** `gates.licenses`, in the words of GitHub's dependency-review-action. */
export const licensesSchema = z
  .strictObject({
    'allow-licenses': z
      .array(license)
      .max(256)
      .optional()
      .describe('SPDX ids; a new dependency, or code that brings its license along, with any other is blocked.'),
    'deny-licenses': z
      .array(license)
      .max(256)
      .optional()
      .describe('SPDX ids; a new dependency, or code that brings its license along, with one of them is blocked.'),
    'allow-dependencies-licenses': z
      .array(packageUrl)
      .max(256)
      .optional()
      .describe('Package URLs; these dependencies pass whatever their license. Without a version: each version.'),
    'deny-packages': z
      .array(packageUrl)
      .max(256)
      .optional()
      .describe('Package URLs; a new dependency that is one of them is blocked, whatever its license.'),
  })
  .refine((lists) => lists['allow-licenses'] === undefined || lists['deny-licenses'] === undefined, {
    error: 'allow-licenses and deny-licenses exclude each other',
  })
  .describe('Licenses of dependencies and of code that a change brings in: one of the first two lists, or none.')
