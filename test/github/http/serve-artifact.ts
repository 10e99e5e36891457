import type { ServerResponse } from 'node:http'
import type { State } from '../state/state.ts'

const ARTIFACT_PATH = /^\/artifacts\/(\d+)$/

export function isArtifactPath(path: string): boolean {
  return ARTIFACT_PATH.test(path)
}

/** Where GitHub's storage has an artifact: whoever was sent there may have it. */
export function serveArtifact({ repositories }: State, response: ServerResponse, url: URL): void {
  const id = Number(ARTIFACT_PATH.exec(url.pathname)?.[1])
  const artifacts = repositories.flatMap(({ runs }) => runs).flatMap((run) => run.artifacts)
  const found = artifacts.find((artifact) => artifact.id === id)
  if (found === undefined) return void response.writeHead(404).end()
  response.writeHead(200, { 'content-type': 'application/zip' }).end(found.zip)
}
