/** A request that is not taken. The message is ours and fit for the sender: it repeats nothing of the request. */
export class WebhookRefusal extends Error {
  override readonly name = 'WebhookRefusal'
  readonly code = 'refused'
  readonly retryable = false
  readonly status: 400 | 401 | 405 | 408 | 413 | 415 | 503

  constructor(status: WebhookRefusal['status'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}
