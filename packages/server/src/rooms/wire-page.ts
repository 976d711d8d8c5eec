import type { Entry, HistoryAnswer } from '@roomful/contract/protocol'
import type { Page } from '../log/log.ts'

/** What clients get of a page. */
export function wirePage({ epoch, head, first, entries, amendments }: Page): Omit<HistoryAnswer, 'ok'> {
  const page = { epoch, head, first, entries: entries.map(wireEntry) }
  return amendments === undefined ? page : { ...page, amendments: amendments.map(wireEntry) }
}

/** What clients get of an entry of the log. */
export function wireEntry({ event, data, seq, id, from, at, redacted }: Entry): Entry {
  return { event, data, seq, id, from, at, ...(redacted && { redacted }) }
}
