import {
  type Client,
  type ClientOptions,
  createClient,
  type Gap,
  type InspectEvent,
  type Receipt,
  type Room,
  roomful,
  type RoomfulOptions,
} from '@roomful/client'
import { type Entry, type Pack, type PackedEvent, wire } from '@roomful/contract/protocol'
import { onTestFinished } from 'vitest'
import { processChat } from '../../../support/server-process-contract.ts'
import { recordInspect, soon } from '../../../support/test-client.ts'

type Chat = typeof processChat

/** A message as the room showed it. */
export type Seen = Pick<Entry, 'seq' | 'id'> & { readonly text: string; readonly from: string | undefined }

/** A message that a person sent. */
export interface SentMessage {
  readonly text: string
  /** Settles when the outcome is known. */
  readonly receipt: Promise<Receipt>
}

/** A user with a client in one room, and a record of everything that was sent and shown. */
export interface Person {
  readonly client: Client<Chat>
  readonly room: Room<Chat>
  readonly messages: readonly SentMessage[]
  /** The messages that the room showed, since the last change of the epoch. */
  readonly view: readonly Seen[]
  readonly gaps: readonly Gap[]
  readonly cursors: readonly number[]
  /** Every event of the option `inspect`. */
  readonly frames: readonly InspectEvent[]
  /** How many packets with this event the client has sent. */
  countSent(event: string): number
  /** Sends these in order, without waiting; resolves when all are confirmed. */
  send(...texts: string[]): Promise<readonly Receipt[]>
}

/** A user who has not joined the room yet. */
export function startPerson(
  url: string,
  name: string,
  { outbox, room: roomName = 'general', ...options }: Partial<ClientOptions> & RoomfulOptions & { room?: string } = {},
): Person {
  const { events: frames, inspect } = recordInspect()
  const client = createClient({
    url,
    contract: processChat,
    auth: { name },
    reconnect: soon,
    socket: { transports: ['websocket'] },
    inspect,
    rooms: roomful({ ...(outbox && { outbox }) }),
    ...options,
  })
  onTestFinished(client.close)
  const room = client.room(roomName)
  const messages: SentMessage[] = []
  const view: Seen[] = []
  const gaps: Gap[] = []
  const cursors: number[] = []
  room.on('message', ({ text }, { seq = 0, id = '', from }) => view.push({ seq, id, text, from: from?.id }))
  room.on('cursor', ({ x }) => cursors.push(x))
  room.on('gap', (gap) => {
    gaps.push(gap)
    if (gap.reason === 'epoch') view.length = 0
  })
  return {
    client,
    room,
    messages,
    view,
    gaps,
    cursors,
    frames,
    countSent: (event) => frames.filter((frame) => frame.type === 'out' && frame.event === event).length,
    send(...texts) {
      const added = texts.map((text) => ({ text, receipt: room.emit('message', { text }) }))
      messages.push(...added)
      const all = Promise.all(added.map(({ receipt }) => receipt))
      all.catch(() => {}) // a test that does not await it checks the receipts
      return all
    },
  }
}

/** `a1`, `a2`, … */
export function texts(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`)
}

/** The room events that came in packs, whether the room showed them or not. */
export function eventsIn(frames: readonly InspectEvent[]): PackedEvent[] {
  return frames.flatMap((frame) =>
    frame.type === 'in' && frame.event === wire.events ? (frame.args[0] as Pack).events : [],
  )
}
