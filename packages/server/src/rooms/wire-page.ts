import type { Entry, HistoryAnswer } from '@roomful/contract/protocol'
import type { Page } from '../log/log.ts'
import type { LogEntry } from '../log/log-entry.ts'

/** What clients get of a page. */
export function wirePage({ epoch, head, first, entries }: Page): Omit<HistoryAnswer, 'ok'> {
  return { epoch, head, first, entries: entries.map(wireEntry) }
}

function wireEntry({ event, data, seq, id, from, at }: LogEntry): Entry {
  return { event, data, seq, id, from, at }
}
