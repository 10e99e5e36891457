/** The name that stands for the machine's own system folders; only class `process` can show them. */
export const hostImage = 'host'

/** The images of this machine, as far as a job has to know them. */
export interface Images {
  /** What the image is, by its digest; null: none of that name was built here. Never asked for `host`. */
  digestOf(name: string): Promise<string | null>
  /** What a person does to have the image of that name here. */
  toGet(name: string): string
  /** Changes whenever the system that image `host` shows is another one: its packages, the tools beside it. */
  hostDigest(): Promise<string>
  /** Those of these programs that the image has on its PATH. */
  programs(name: string, wanted: readonly string[]): Promise<ReadonlySet<string>>
}
