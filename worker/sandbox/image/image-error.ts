export type ImageErrorCode =
  /** image.yaml, or a file that it names, is not as it has to be. */
  | 'description'
  /** This machine lacks a program that builds; the message has the line that installs it. */
  | 'builder-missing'
  | 'build-failed'
  /** It was built, but a command of `smoke` did not work in it. */
  | 'smoke-failed'
  | 'cancelled'

/** An image could not be built. Whatever was made of it is removed. */
export class ImageError extends Error {
  override readonly name = 'ImageError'
  readonly code: ImageErrorCode
  readonly retryable: boolean

  constructor(code: ImageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.retryable = code === 'build-failed'
  }
}
