import type { TraceEntry } from '@roomful/devtools/inspector'

interface Publish {
  readonly cid: string
  readonly items: readonly { readonly n: number }[]
}

/** What happened, in words for a visitor; undefined for what a visitor need not know. */
export function lineOf(entry: TraceEntry): string | undefined {
  switch (entry.type) {
    case 'opened':
      return 'Connected.'
    case 'closed':
    case 'failed':
      return `No connection: ${entry.error.message}.`
    case 'connection':
      return entry.to === 'reconnecting' ? 'Trying to connect again…' : undefined
    case 'room':
      return entry.to === 'joined' ? `In #${entry.room}, with all that was missed.` : undefined
    case 'out':
      return entry.event === '$publish' ? `Sent ${count(publishOf(entry)?.items.length ?? 1)}.` : undefined
    case 'ack':
      return entry.event === '$publish' ? `The server has stored it, after ${Math.round(entry.ms)} ms.` : undefined
    case 'in':
      return lineOfIncoming(entry)
    case 'drop':
      return `Discarded “${entry.event}”: ${entry.reason}.`
    case 'fault':
      return `Fault: ${[entry.fault, entry.detail].filter(Boolean).join(', ')}.`
    default:
      return undefined
  }
}

/** How many messages this client has sent, and how many times it sent one again. */
export function countSent(entries: readonly TraceEntry[]): { readonly sent: number; readonly again: number } {
  const keys = new Set<string>()
  let again = 0
  for (const entry of entries) {
    const publish = entry.type === 'out' && entry.event === '$publish' ? publishOf(entry) : undefined
    for (const { n } of publish?.items ?? []) {
      const key = `${publish?.cid} ${n}`
      if (keys.has(key)) again += 1
      keys.add(key)
    }
  }
  return { sent: keys.size, again }
}

function lineOfIncoming({ event, args }: TraceEntry & { readonly type: 'in' }): string | undefined {
  const [data] = args as readonly [{ readonly events?: readonly unknown[]; readonly code?: string }?]
  if (event === '$events') return `Received ${count(data?.events?.length ?? 1)}.`
  if (event === '$head') return 'The server says how far the room’s log goes.'
  if (event === '$bye') return `The server says goodbye (${data?.code}).`
  return event.startsWith('$') ? undefined : 'Received one message.'
}

function publishOf({ args }: TraceEntry & { readonly type: 'out' }): Publish | undefined {
  const [batch] = args as readonly [Partial<Publish>?]
  return typeof batch?.cid === 'string' && Array.isArray(batch.items) ? (batch as Publish) : undefined
}

function count(messages: number): string {
  return messages === 1 ? 'one message' : `${messages} messages`
}
