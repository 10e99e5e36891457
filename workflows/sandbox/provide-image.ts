import type { Adopted } from '../../worker/sandbox/image/adopt-image.ts'
import type { BuiltImage } from '../../worker/sandbox/image/built-image.ts'

export interface ImageSources {
  /** The image that the machine has, if it is of today's description. */
  there(): Promise<BuiltImage | null>
  /** What earlier runs kept. */
  adopt(): Promise<Adopted>
  build(): Promise<BuiltImage>
  /** For later runs. */
  keep(image: BuiltImage): Promise<void>
}

export interface Provided {
  readonly image: BuiltImage
  readonly from: 'machine' | 'cache' | 'build'
  /** Why what was kept was not taken; null: it was, or there was nothing. */
  readonly refused: string | null
}

/** The image of a job, from where it costs least. What was kept and is not what it says is thrown away for a new one. */
export async function provideImage(sources: ImageSources): Promise<Provided> {
  const there = await sources.there()
  if (there !== null) return { image: there, from: 'machine', refused: null }
  const adopted = await sources.adopt()
  if (adopted.kind === 'adopted') return { image: adopted.image, from: 'cache', refused: null }
  const image = await sources.build()
  await sources.keep(image)
  return { image, from: 'build', refused: adopted.kind === 'refused' ? adopted.why : null }
}
