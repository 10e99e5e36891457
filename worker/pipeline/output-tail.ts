const maxBytes = 4096

/** Keeps the last 4 KiB of a stream, for a person who asks why something failed. */
export function createOutputTail(): { push(chunk: Buffer): void; text(): string } {
  let kept = Buffer.alloc(0)
  return {
    push(chunk) {
      kept = Buffer.concat([kept, chunk.subarray(-maxBytes)]).subarray(-maxBytes)
    },
    text: () => printable(kept.toString('utf8')),
  }
}

/** Without terminal sequences and control characters: they would act on whoever reads the text. */
export function printable(text: string): string {
  return text
    .replace(/\u001b\][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)/g, '')
    .replace(/\u001b\[[0-9;?]{0,64}[ -/]{0,8}[@-~]/g, '')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}
