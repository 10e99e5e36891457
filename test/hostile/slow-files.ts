/** Engines that take a second or more to start: not in everybody's test run, but in CI and in `npm run test:hostile`. */
export const slowFiles: readonly string[] = process.env.CI === 'true' ? [] : ['test/hostile/slow/**']
