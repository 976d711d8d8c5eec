import type { RoomfulError } from '@roomful/contract'
import { Listeners, type Unsubscribe } from '../emitter.ts'
import type { Report } from '../guarded-store.ts'
import { type Message, messageId, type Outcome } from './message.ts'

/** One of our messages on its way, as a timeline shows it. */
export interface OutgoingEntry {
  readonly id: string
  readonly event: string
  readonly data: unknown
  readonly state: 'queued' | 'sending' | Outcome['state']
  readonly seq?: number
  readonly at?: number
  readonly error?: RoomfulError
}

export function entryOf(message: Message, state: OutgoingEntry['state'], details?: Outcome): OutgoingEntry {
  const { event, data } = message
  return { id: messageId(message), event, data, ...details, state }
}

/** Who watches the messages of which room. */
export class Watchers {
  readonly #listeners = new Listeners<[OutgoingEntry]>()
  readonly #report: Report

  constructor(report: Report) {
    this.#report = report
  }

  add(room: string, listener: (entry: OutgoingEntry) => void): Unsubscribe {
    return this.#listeners.add(room, listener)
  }

  tell(message: Message, state: OutgoingEntry['state'], details?: Outcome): void {
    const listeners = this.#listeners.of(message.room)
    listeners?.call([entryOf(message, state, details)], (error) => this.#report(error, 'outbox'))
  }
}
