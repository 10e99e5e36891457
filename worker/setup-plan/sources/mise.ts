import { type BaseView, type Found, present } from '../base-view.ts'

/** Versions of tools, before what needs the tools. What it fetches them from is for the policy to list. */
export function findMise(view: BaseView): Found {
  const [from] = present(view, 'mise.toml', '.mise.toml', 'mise/config.toml', '.config/mise.toml', '.tool-versions')
  if (from === undefined) return { commands: [], notDone: [] }
  const line = 'MISE_TRUSTED_CONFIG_PATHS=/workspace mise install --yes'
  const tree = { tree: 'its files may name hooks and other files' }
  return { commands: [{ line, from, program: 'mise', network: ['github'], inputs: tree }], notDone: [] }
}
