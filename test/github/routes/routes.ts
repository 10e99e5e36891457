import type { Route } from '../http/route.ts'
import { actionsRoutes } from './actions-routes.ts'
import { appRoutes } from './app-routes.ts'
import { checkRunRoutes } from './check-run-routes.ts'
import { codeScanningRoutes } from './code-scanning-routes.ts'
import { commentRoutes } from './comment-routes.ts'
import { compareRoutes } from './compare-routes.ts'
import { contentsRoutes } from './contents-routes.ts'
import { gitDataRoutes } from './git-data-routes.ts'
import { hookDeliveryRoutes } from './hook-delivery-routes.ts'
import { issueRoutes } from './issue-routes.ts'
import { pullFileRoutes } from './pull-file-routes.ts'
import { pullRoutes } from './pull-routes.ts'
import { refRoutes } from './ref-routes.ts'
import { repositoryRoutes } from './repository-routes.ts'
import { reviewRoutes } from './review-routes.ts'
import { settingsRoutes } from './settings-routes.ts'
import { teamRoutes } from './team-routes.ts'
import { treeRoutes } from './tree-routes.ts'
import { userRoutes } from './user-routes.ts'

/** Every REST route that the stand-in knows. */
export const routes: readonly Route[] = [
  ...actionsRoutes,
  ...appRoutes,
  ...checkRunRoutes,
  ...codeScanningRoutes,
  ...commentRoutes,
  ...compareRoutes,
  ...contentsRoutes,
  ...gitDataRoutes,
  ...hookDeliveryRoutes,
  ...issueRoutes,
  ...pullFileRoutes,
  ...pullRoutes,
  ...refRoutes,
  ...repositoryRoutes,
  ...reviewRoutes,
  ...settingsRoutes,
  ...teamRoutes,
  ...treeRoutes,
  ...userRoutes,
]
