import type { ItemResult } from '@roomful/contract/protocol'
import type { Appended, Ban } from '../../log/log.ts'
import { type Amends, type EarlierEpoch, type LogEntry, type NewEntry, redacted } from '../../log/log-entry.ts'
import { ownerOf } from '../../log/row-limits.ts'
import { CONFLICT, type DecidedItem, type Sender, type SenderRow, STALE } from '../../log/sender-row.ts'

// Numbers are decimal digits and texts are JSON, so that no text has a line break, and lone surrogates survive.

/** The field of a sender's row in the hash of a room. */
export function rowField(sender: Sender): string {
  return `r${JSON.stringify(ownerOf(sender))}\n${JSON.stringify(sender.cid)}`
}

export function addressText({ address }: Sender): string {
  return address === undefined ? '' : JSON.stringify(address)
}

export function banField(userId: string): string {
  return `b${JSON.stringify(userId)}`
}

export function banText(ban: Ban): string {
  return `${ban.until} ${JSON.stringify(ban)}`
}

export function parseBan(text: string): Ban {
  return JSON.parse(text.slice(text.indexOf(' ') + 1)) as Ban
}

/** The arguments of an item: number, hash, time, body, and what it amends. */
export function itemArguments(
  item: DecidedItem,
): [n: number, hash: string, stamp: string, body: string, amends: string] {
  const hash = JSON.stringify(item.hash)
  if ('refusal' in item) return [item.n, hash, '', JSON.stringify(item.refusal), '']
  const { unread, at, amends } = item.entry
  return [item.n, hash, `${unread ? '+' : '-'}${at}`, bodyText(item.entry), amends ? amendsText(amends) : '']
}

/** What is redacted, a tab, and what is not. */
export function bodyText({ event, id, from, amends, data }: NewEntry): string {
  return `${JSON.stringify({ event, id, from, amends })}\t${JSON.stringify(data ?? null)}`
}

function amendsText({ seq, slot }: Amends): string {
  return `${String(seq).padStart(16, '0')} ${JSON.stringify(slot)}`
}

/** The answer to an item, and its entry if it is a new one. */
export function parseAnswer(line: string, item: DecidedItem): { result: ItemResult; entry?: LogEntry } {
  if (line === 'STALE') return { result: STALE }
  if (line === 'CONFLICT') return { result: CONFLICT }
  const text = line.slice(1)
  if (line.startsWith('=') || !('entry' in item)) return { result: parseResult(text) }
  const [places, late] = text.split(' r')
  const [seq, at, count] = (places ?? '').split(' ').map(Number) as [number, number, number]
  const { unread: _, ...rest } = item.entry
  const entry = { ...rest, seq, at, count }
  return { result: { seq, at }, entry: late === undefined ? entry : redacted(entry) }
}

export function parseRow(text: string): SenderRow {
  const [first = '', ...lines] = text.split('\n')
  const [last, usedAt] = first.split(' ')
  const results = lines.map((line) => {
    const [n, hash = '', answer = ''] = line.split('\t')
    return { n: Number(n), hash: JSON.parse(hash) as string, answer: parseResult(answer) }
  })
  return { last: Number(last), results, usedAt: Number(usedAt) }
}

/** An element of the list of entries. */
export function parseEntry(text: string, seq: number): LogEntry {
  const [first, second] = [text.indexOf(' '), text.indexOf(' ', text.indexOf(' ') + 1)]
  const [rest = '', data] = text.slice(second + 1).split('\t')
  const body = JSON.parse(rest) as Omit<NewEntry, 'data' | 'at' | 'unread'>
  const place = { seq, at: Number(text.slice(0, first)), count: Number(text.slice(first + 1, second)) }
  const entry = { ...body, ...place, data: data === undefined ? null : (JSON.parse(data) as unknown) }
  return data === undefined ? redacted(entry) : entry
}

/** Numbers and elements, by turns. */
export function parseAmendments(texts: readonly string[]): LogEntry[] {
  return texts.flatMap((text, index) => (index % 2 === 0 ? parseEntry(texts[index + 1] ?? '', Number(text)) : []))
}

/** What a commit has published. */
export function parseAppended(text: string): Appended {
  const [first = '', ...lines] = text.split('\n')
  const [epoch = '', last] = first.slice(1).split(' ')
  const head = Number(last)
  const entries = lines.map((line, index): LogEntry => parseEntry(line, head - lines.length + 1 + index))
  return { epoch, head, count: entries.at(-1)?.count ?? 0, entries }
}

export function parseLineage(text: string): EarlierEpoch[] {
  if (text === '') return []
  return text.split('\n').map((line) => {
    const [epoch = '', head] = line.split(' ')
    return { epoch, head: Number(head) }
  })
}

function parseResult(text: string): ItemResult {
  if (text.startsWith('{')) return JSON.parse(text) as ItemResult
  const [seq, at] = text.split(' ').map(Number) as [number, number]
  return { seq, at }
}
