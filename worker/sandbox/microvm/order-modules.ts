/** Names of modules are written with - or _ alike. */
const plain = (name: string) => name.replaceAll('-', '_')

/**
 * The modules that these ones need, each after those that it needs itself. Pure.
 * @param dependsOn names that a module's own file gives as needed; null for one that is not there (built into the kernel)
 */
export function orderModules(
  wanted: readonly string[],
  dependsOn: (name: string) => readonly string[] | null,
): readonly string[] {
  const order: string[] = []
  const visit = (name: string, depth: number) => {
    const needed = dependsOn(plain(name))
    if (needed === null || order.includes(plain(name)) || depth > 16) return
    for (const other of needed) visit(other, depth + 1)
    order.push(plain(name))
  }
  for (const name of wanted) visit(name, 0)
  return order
}

/** What a module's file says that it needs, out of its `.modinfo` section. */
export function readDepends(module: Buffer): readonly string[] {
  const at = module.indexOf('depends=')
  if (at < 0) return []
  const text = module.toString('latin1', at + 'depends='.length, module.indexOf(0, at))
  return text.split(',').filter((name) => name !== '')
}
