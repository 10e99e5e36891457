/** A finished check run on the commit that a job published. */
export interface CheckRunText {
  readonly name: string
  readonly title: string
  readonly summary: string
  readonly conclusion: 'success' | 'failure' | 'neutral' | 'action_required' | 'cancelled'
  readonly annotations: readonly CheckAnnotation[]
}

/** A finding at its place in the files. `title` and `message` are shown without Markdown. */
export interface CheckAnnotation {
  readonly path: string
  readonly line: number
  readonly level: 'notice' | 'warning' | 'failure'
  readonly title: string
  readonly message: string
}
