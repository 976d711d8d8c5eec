import type { Pack, PackedEvent, WireUser } from '@roomful/contract/protocol'

/** An event of a pack, with its sender. */
export type SentEvent = PackedEvent & { readonly from: WireUser | null }

/** Makes a pack of events. The first sender is written once, and not with each of its events. */
export function packOf(room: string, epoch: string, events: readonly SentEvent[]): Pack {
  const from = events[0]?.from ?? null
  return {
    room,
    epoch,
    ...(from !== null && { from }),
    events: events.map(({ from: sender, ...event }) => (sender === from ? event : { from: sender, ...event })),
  }
}
