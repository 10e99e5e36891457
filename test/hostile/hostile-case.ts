/**
 * The hostile suite: the same attacks on every engine, known to it by the sandbox port alone. This file has the words
 * that cases, runner and table share. It imports nothing.
 *
 * Decided: a case is data, many share one sandbox, and what counts is what reached a sink. "Blocked" says that the
 * same attempt came through where nothing stood in its way; without such a control the cell says so and counts for
 * nothing.
 */

export const groups = ['escape', 'secret', 'egress', 'injection', 'resource'] as const
export type Group = (typeof groups)[number]

/** One attack, in words for who reads the table. */
export interface HostileCase {
  /** Unique in the suite; also how a sink knows which attempt it was that arrived. */
  readonly name: string
  /** What is tried. */
  readonly attack: string
  readonly group: Group
  /** True if not every host or kernel has what is attacked: then the control may fail, and the cell says so. */
  readonly notEverywhere?: boolean
}

/** What one run of a case on one engine showed. */
export interface Finding {
  readonly name: string
  /** True if the attempt came through. */
  readonly through: boolean
  /** True if the same attempt came through where it may. */
  readonly control: boolean
  /** What was seen inside, bounded and printable. */
  readonly detail: string
}

/** A cell of the table. `no control`: this host has it for nobody, so nothing was shown. */
export const cells = ['blocked', 'not claimed', 'OPEN', 'no control'] as const
export type Cell = (typeof cells)[number]
