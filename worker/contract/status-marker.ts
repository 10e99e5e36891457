/** First line of every comment about a job: by it, and by its author being ours, a comment is found again. */
export function statusMarker(jobId: string): string {
  return `<!-- airlock:job=${jobId} -->`
}
