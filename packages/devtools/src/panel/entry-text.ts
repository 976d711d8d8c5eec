import { isObject } from '@roomful/contract/protocol'
import type { TraceEntry } from '@roomful/testing/trace'

/** How an entry is shown in the timeline. */
export interface EntryText {
  /** One word, such as `in` or `drop`. */
  readonly kind: string
  readonly group: EntryGroup
  readonly title: string
  readonly detail: string
}

type EntryGroup = 'packets' | 'states' | 'problems' | 'faults'

/** The line of an entry. */
export function textOf(entry: TraceEntry): EntryText {
  switch (entry.type) {
    case 'in':
    case 'out':
    case 'answer':
      return { kind: entry.type, group: 'packets', title: entry.event, detail: packetText(entry.args) }
    case 'ack':
      return {
        kind: 'ack',
        group: 'packets',
        title: entry.event,
        detail: `${milliseconds(entry.ms)} · ${ackText(entry.args)}`,
      }
    case 'attempt':
      return { kind: 'link', group: 'states', title: 'attempt to connect', detail: '' }
    case 'opened':
      return { kind: 'link', group: 'states', title: 'opened', detail: entry.recovered ? 'recovered' : entry.id }
    case 'left':
      return { kind: 'link', group: 'states', title: 'ended by the client', detail: '' }
    case 'failed':
      return {
        kind: 'link',
        group: 'problems',
        title: entry.refused ? 'refused' : 'failed',
        detail: errorText(entry.error),
      }
    case 'closed':
      return {
        kind: 'link',
        group: 'problems',
        title: entry.kicked ? 'kicked' : 'lost',
        detail: errorText(entry.error),
      }
    case 'connection':
      return {
        kind: 'state',
        group: 'states',
        title: `connection ${entry.to}`,
        detail: [entry.reason, entry.error && errorText(entry.error)].filter(Boolean).join(' · '),
      }
    case 'room':
      return {
        kind: 'state',
        group: 'states',
        title: `room ${entry.room} ${entry.to}`,
        detail: entry.error ? errorText(entry.error) : '',
      }
    case 'queue':
      return {
        kind: 'queue',
        group: 'states',
        title: 'outbox',
        detail: `${entry.queued} queued · ${entry.sending} sending`,
      }
    case 'drop':
      return {
        kind: 'drop',
        group: 'problems',
        title: entry.event,
        detail: `${entry.room === undefined ? '' : `room ${entry.room} · `}${entry.reason}`,
      }
    case 'error':
      return { kind: 'error', group: 'problems', title: entry.source, detail: errorText(entry.error) }
    case 'fault':
      return { kind: 'fault', group: 'faults', title: entry.fault, detail: entry.detail ?? '' }
  }
}

/** A duration as people read it. */
export function milliseconds(ms: number): string {
  return ms < 10
    ? `${Math.round(ms * 10) / 10} ms`
    : ms < 10_000
      ? `${Math.round(ms)} ms`
      : `${Math.round(ms / 1000)} s`
}

/** The time of an entry: minutes, seconds, milliseconds since the recording began. */
export function timeText(at: number): string {
  const [minutes, seconds, rest] = [Math.floor(at / 60_000), Math.floor(at / 1000) % 60, Math.floor(at) % 1000]
  return `${pad(minutes, 2)}:${pad(seconds, 2)}.${pad(rest, 3)}`
}

function pad(value: number, length: number): string {
  return String(value).padStart(length, '0')
}

const MAX_DETAIL = 160

/** The room, the events and the numbers in a packet of roomful/1; otherwise its data as JSON. */
function packetText(args: readonly unknown[]): string {
  const [first] = args
  const last = args.at(-1)
  if (isObject(last) && typeof last['$room'] === 'string')
    return join(
      `room ${last['$room']}`,
      typeof last['seq'] === 'number' && `seq ${last['seq']}`,
      jsonOf(args.slice(0, -1)),
    )
  if (isObject(first) && Array.isArray(first['rooms']))
    return join(`${first['rooms'].length} rooms`, jsonOf(first['rooms']))
  if (isObject(first) && typeof first['room'] === 'string') {
    const { room, events, items, ...others } = first
    const list = Array.isArray(events) ? events : Array.isArray(items) ? items : undefined
    return join(`room ${String(room)}`, list && countText(list), jsonOf(list ?? [others]))
  }
  return jsonOf(args)
}

function countText(list: readonly unknown[]): string {
  const [first] = list
  const name = isObject(first) && typeof first['event'] === 'string' ? first['event'] : 'event'
  return list.length === 1 ? name : `${list.length} × ${name}`
}

function ackText(args: readonly unknown[]): string {
  const [answer] = args
  if (!isObject(answer) || answer['ok'] !== false) return jsonOf(args)
  return join('refused', String(answer['code']), typeof answer['message'] === 'string' && answer['message'])
}

function errorText({ code, message }: { readonly code: string; readonly message: string }): string {
  return `${code}: ${message}`
}

function jsonOf(values: readonly unknown[]): string {
  const text = values.map((value) => JSON.stringify(value)).join(', ')
  return text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL)}…` : text
}

function join(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter(Boolean).join(' · ')
}
