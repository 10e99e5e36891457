import type { Dirent } from 'node:fs'
import type { BaseEntry } from './base-tree.ts'
import { compareFile } from './compare-file.ts'
import { keptKey } from './fingerprint.ts'
import { readFolder } from './read-folder.ts'
import { decodeName, unsafeName } from './unsafe-name.ts'
import { WalkEnd } from './walk-end.ts'
import type { AskIgnored, WalkedFile, WalkInput, WalkResult } from './walk-result.ts'

const deepestLevel = 200
const mostEntries = 1_000_000
/** A little less than Linux takes in one call, for the folder above the workspace. */
const longestPath = 3500

/**
 * Compares a dead sandbox's workspace with its base, level by level. The sandbox is dead, so nothing changes while
 * this reads: a folder that was seen as a real folder stays one, and opening each last name without following is
 * enough. The top `.git` is passed over, whatever it became; ignored paths are neither entered nor opened. Blocks its
 * thread but while it asks.
 */
export async function walkWorkspace(input: WalkInput, ask: AskIgnored, now: () => number): Promise<WalkResult> {
  try {
    return await walkLevels(input, ask, now)
  } catch (error) {
    if (error instanceof WalkEnd) return error.result
    throw error
  }
}

async function walkLevels(input: WalkInput, ask: AskIgnored, now: () => number): Promise<WalkResult> {
  const checkTime = deadline(input.budget.timeMs, now)
  const base = new Map(input.base.map((entry) => [entry.path, entry]))
  const baseFolders = foldersOf(input.base)
  const list = createLister(input.root, checkTime)
  const findings = createFindings(input)
  let level: readonly string[] = ['']
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepestLevel) {
      throw WalkEnd.overBudget(level[0] ?? '', `folders are nested more than ${deepestLevel} deep`)
    }
    const listed = list(level)
    const isNew = (one: Listed): boolean => !(one.entry.isDirectory() ? baseFolders : base).has(one.path)
    const ignored = await ask(listed.filter(isNew).map(questionOf))
    const wanted = listed.filter((one) => !ignored.has(questionOf(one)))
    for (const one of wanted) {
      checkTime()
      if (isNew(one)) refuseName(one.path)
      if (one.entry.isDirectory()) continue
      findings.add(one.path, compareFile(input, one.path, one.entry, base.get(one.path), checkTime))
    }
    level = wanted.filter(({ entry }) => entry.isDirectory()).map(questionOf)
  }
  return findings.result()
}

interface Listed {
  readonly path: string
  readonly entry: Dirent
}

function createLister(root: string, checkTime: () => void): (folders: readonly string[]) => Listed[] {
  let entries = 0
  return (folders) => {
    const listed: Listed[] = []
    for (const folder of folders) {
      for (const entry of readFolder(root, folder)) {
        entries += 1
        if (entries > mostEntries) throw WalkEnd.overBudget(folder || '.', `there are more than ${mostEntries} files`)
        if (entries % 1024 === 0) checkTime()
        const path = folder + entry.name
        if (path.length > longestPath) throw WalkEnd.overBudget(path, `its path is longer than ${longestPath} bytes`)
        if (path !== '.git') listed.push({ path, entry })
      }
    }
    return listed
  }
}

/** Counts what changed against the budget, and what is still there against the base. */
function createFindings({ base, kept, budget }: WalkInput) {
  const changed: WalkedFile[] = []
  const seen = new Set<string>()
  let bytes = 0
  return {
    add(path: string, file: WalkedFile | null): void {
      seen.add(path)
      if (file === null) return
      changed.push(file)
      bytes += file.size
      if (changed.length > budget.files) throw WalkEnd.overBudget(null, `more than ${budget.files} files changed`)
      if (bytes > budget.bytes) {
        throw WalkEnd.overBudget(path, `changed files have more than ${budget.bytes} bytes together`)
      }
    },
    result(): WalkResult {
      if (seen.size === 0 && base.length > 0) return { kind: 'workspace-deleted' }
      // What setup had deleted, or the host put away, was not there for the agent to delete.
      const wasThere = (path: string): boolean => kept === null || kept.has(keptKey(path, decodeName(path)))
      const missing = base.filter(({ path }) => !seen.has(path) && wasThere(path))
      return { kind: 'walked', changed, deleted: missing.map(({ path }) => path) }
    },
  }
}

function deadline(timeMs: number, now: () => number): () => void {
  const end = now() + timeMs
  return () => {
    if (now() > end) throw WalkEnd.overBudget(null, `reading the workspace took longer than ${timeMs} ms`)
  }
}

function foldersOf(base: readonly BaseEntry[]): Set<string> {
  const folders = new Set<string>()
  for (const { path } of base) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      if (folders.has(path.slice(0, slash))) break
      folders.add(path.slice(0, slash))
    }
  }
  return folders
}

function questionOf({ path, entry }: Listed): string {
  return entry.isDirectory() ? `${path}/` : path
}

function refuseName(path: string): void {
  const why = unsafeName(path.slice(path.lastIndexOf('/') + 1))
  if (why !== null) throw WalkEnd.unsafe(path, why)
}
