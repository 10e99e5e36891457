/**
 * Node's HTTP, without the whole of `fetch`, which an import by name loads beside it: a twentieth of what a run takes
 * that asks no model.
 */
export const { Agent, createServer, request, validateHeaderValue } = process.getBuiltinModule('node:http')
