import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Reply } from './route.ts'

/** Writes an answer with the headers that every answer of GitHub's API has. */
export function writeReply(response: ServerResponse, { status, body, headers }: Reply): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'x-github-media-type': 'github.v3; format=json',
    'x-github-request-id': randomUUID(),
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '4999',
    'x-ratelimit-used': '1',
    'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 3600),
    'x-ratelimit-resource': 'core',
    ...headers,
  })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
