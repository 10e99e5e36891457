import { describeEngine } from '../describe-engine.ts'

describeEngine('container-podman')
