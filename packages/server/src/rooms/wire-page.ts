import type { Entry, HistoryAnswer } from '@roomful/contract/protocol'
import type { Page } from '../log/log.ts'

/** What clients get of a page. */
export function wirePage({ epoch, head, first, entries }: Page): Omit<HistoryAnswer, 'ok'> {
  return { epoch, head, first, entries: entries.map(wireEntry) }
}

/** What clients get of an entry of the log. */
export function wireEntry({ event, data, seq, id, from, at }: Entry): Entry {
  return { event, data, seq, id, from, at }
}
