/** Everything that judging needs, behind one door, so that a wrong call loads none of it. */
export { judgeChange } from './judge-change.ts'
export { scanPaths } from './scan-paths.ts'
export { writeSarif } from './write-sarif.ts'
