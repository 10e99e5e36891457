import { describeEngine } from './describe-engine.ts'

describeEngine('process-image')
