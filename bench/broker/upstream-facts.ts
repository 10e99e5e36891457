export const upstreamName = 'upstream.example.com'
export const largeBytes = 64 * 1024 * 1024
