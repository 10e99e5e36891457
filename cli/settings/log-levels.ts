/** As pino has them. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
