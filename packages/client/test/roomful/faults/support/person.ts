import {
  type Client,
  type ClientOptions,
  createClient,
  type Entry,
  type Gap,
  type InspectEvent,
  type Receipt,
  type Room,
  roomful,
  type RoomfulOptions,
} from '@roomful/client'
import { onTestFinished } from 'vitest'
import { processChat } from '../../../support/server-process-contract.ts'
import { recordInspect, soon } from '../../../support/test-client.ts'

type Chat = typeof processChat

/** A message as the room showed it. */
export type Seen = Pick<Entry, 'seq' | 'id'> & { readonly text: string; readonly from: string | undefined }

export interface Saying {
  readonly text: string
  /** Never settled while the server has not said what became of it. */
  readonly receipt: Promise<Receipt>
}

/** Somebody with a client in the room "general", who remembers all that was said, heard and sent. */
export interface Person {
  readonly client: Client<Chat>
  readonly room: Room<Chat>
  readonly said: readonly Saying[]
  /** What is shown: begins anew with each epoch. */
  readonly view: readonly Seen[]
  readonly gaps: readonly Gap[]
  readonly cursors: readonly number[]
  /** The client's whole life, frame by frame. */
  readonly frames: readonly InspectEvent[]
  /** How often a frame with this event went out. */
  sent(event: string): number
  /** Says these one after the other, without waiting; resolves when all are confirmed. */
  say(...texts: string[]): Promise<readonly Receipt[]>
}

/** A user with a client of its own, which is in the room once `room.join()` has resolved. */
export function startPerson(
  url: string,
  name: string,
  { outbox, ...options }: Partial<ClientOptions> & RoomfulOptions = {},
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
  const room = client.room('general')
  const said: Saying[] = []
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
    said,
    view,
    gaps,
    cursors,
    frames,
    sent: (event) => frames.filter((frame) => frame.type === 'out' && frame.event === event).length,
    say(...texts) {
      const now = texts.map((text) => ({ text, receipt: room.emit('message', { text }) }))
      said.push(...now)
      const all = Promise.all(now.map(({ receipt }) => receipt))
      all.catch(() => {}) // who does not wait for it looks at the receipts
      return all
    },
  }
}

/** `a1`, `a2`, … */
export function texts(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`)
}
