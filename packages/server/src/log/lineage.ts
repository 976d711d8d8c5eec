import type { EarlierEpoch, LogHead } from './log-entry.ts'

/** How many earlier epochs a log keeps. */
export const MAX_LINEAGE = 8

/** The epoch of a room, and those before it, newest first. */
export type Epochs = Pick<LogHead, 'epoch' | 'lineage'>

/** A new epoch begins after `head`. If entries were lost, the heads of earlier epochs are lowered to it. */
export function nextEpochs({ epoch, lineage }: Epochs, head: number, next: string): Epochs {
  const earlier = [{ epoch, head }, ...lineage].slice(0, MAX_LINEAGE)
  return {
    epoch: next,
    lineage: earlier.map((one): EarlierEpoch => ({ epoch: one.epoch, head: Math.min(one.head, head) })),
  }
}

/**
 * The `seq` up to which the log has all that a client with this place has seen; undefined where the log does not continue the
 * client's (S13).
 */
export function continuedFrom(
  since: { readonly epoch: string; readonly seq: number },
  { epoch, head, lineage }: Pick<LogHead, 'epoch' | 'head' | 'lineage'>,
): number | undefined {
  if (since.epoch === epoch) return since.seq <= head ? since.seq : undefined
  const index = lineage.findIndex((earlier) => earlier.epoch === since.epoch)
  if (index !== -1) return Math.min(since.seq, ...lineage.slice(0, index + 1).map((earlier) => earlier.head))
  return since.seq === 0 ? 0 : undefined
}
