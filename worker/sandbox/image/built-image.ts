/**
 * Images as the engines see them: one content-addressed root file system for all, from which each engine derives its
 * own form. Imports nothing of ours. Who builds them is worker/sandbox/image/build-image.ts.
 */

/** A root file system that was built from a folder of sandbox-images, read-only by agreement. */
export interface BuiltImage {
  /** The folder's name in sandbox-images. */
  readonly name: string
  /** SHA-256 of the root file system as a tar, in hex: what two machines compare. */
  readonly digest: string
  /** Absolute. The engines keep their derived forms in here, each under a name of its own. */
  readonly folder: string
  /** Absolute path of the unpacked root file system: owned by root, or by the worker's user where that is not root. */
  readonly rootfs: string
  /** Absolute path of the same as an uncompressed tar. */
  readonly tar: string
  /** Added to the sandbox's own few variables: PATH and what the image's tools need. */
  readonly env: Readonly<Record<string, string>>
}

/** Where built images are found. */
export interface ImageStore {
  /** The image of that name that was built last; null if none was. Never builds. */
  find(name: string): Promise<BuiltImage | null>
}

/** What every image has at these places: the launcher, which also leads to the broker, and the probes rely on them. */
export const requiredPrograms = ['/bin/sh', '/bin/bash', '/usr/bin/perl'] as const
