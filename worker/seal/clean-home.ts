import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTree } from './remove-tree.ts'

/**
 * What tools write into a home for people at a terminal, and stores of credentials that belong to the phase that is
 * over. No later command needs them. Configuration such as `.npmrc` is not among them: an agent may need what it
 * says, and if it says a secret the job ends.
 */
const leftovers = [
  ...['.bash_history', '.sh_history', '.zsh_history', '.ash_history', '.python_history', '.node_repl_history'],
  ...['.lesshst', '.viminfo', '.wget-hsts', '.psql_history', '.mysql_history', '.sqlite_history', '.rediscli_history'],
  ...['.netrc', '.git-credentials', '.config/git/credentials', '.cache/git/credential', '.docker/config.json'],
  ...['.npm/_logs', '.npm/_update-notifier-last-checked', '.local/share/pnpm/_logs', '.config/configstore'],
  ...['.cargo/credentials', '.cargo/credentials.toml', '.gem/credentials', '.composer/auth.json'],
  ...['.config/composer/auth.json', '.config/pypoetry/auth.toml', '.local/share/uv/credentials', '.ssh/known_hosts'],
]

/** Removes them, following no symlink on the way. The sandbox is dead: nothing changes while this looks. */
export async function cleanHome(home: string): Promise<string[]> {
  const removed: string[] = []
  for (const path of leftovers) {
    if (!(await isBelowRealFolders(home, path))) continue
    await removeTree(join(home, path))
    removed.push(path)
  }
  return removed
}

/** There, and every folder above it a real one: behind a symlink would be a file of somebody else's. */
async function isBelowRealFolders(home: string, path: string): Promise<boolean> {
  const names = path.split('/')
  for (let depth = 1; depth <= names.length; depth += 1) {
    const facts = await lstat(join(home, ...names.slice(0, depth))).catch(() => null)
    if (facts === null) return false
    if (depth < names.length && !facts.isDirectory()) return false
  }
  return true
}
