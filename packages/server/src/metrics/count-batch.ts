import type { ItemResult } from '@roomful/contract/protocol'
import type { Settings } from '../settings.ts'
import type { PublishResult } from './metrics.ts'

/** A `$publish` that was answered. */
export interface AnsweredBatch {
  readonly user: string | null
  readonly room: string
  /** How many items it had. */
  readonly size: number
  /** Fewer than the items where a passing refusal ended the batch. */
  readonly results: readonly ItemResult[]
  /** Whether the result was decided by an earlier batch. */
  readonly isRepeated: (index: number) => boolean
  /** The code of the refusal that ended the batch. */
  readonly code?: string | undefined
  readonly durationMs: number
}

/** Counts the items of a batch by what became of them. */
export function countBatch({ metrics, inspect }: Settings, batch: AnsweredBatch): void {
  const { user, room, size, results, isRepeated, code, durationMs } = batch
  const counts = { stored: 0, repeated: 0, refused: 0, deferred: size - results.length }
  for (const [index, result] of results.entries()) {
    const isRefused = 'code' in result
    counts[isRepeated(index) ? 'repeated' : isRefused ? 'refused' : 'stored'] += 1
    if (isRefused && !isRepeated(index)) metrics.refused(result.code)
  }
  if (code !== undefined) metrics.refused(code)
  for (const [result, count] of Object.entries(counts)) metrics.publishes.add(result as PublishResult, count)
  inspect?.({ type: 'publish', user, room, ...counts, ...(code === undefined ? {} : { code }), durationMs })
}
