import { RoomfulError } from '@roomful/contract'
import { untilDone } from '../../promises.ts'
import type {
  Keeper,
  KeeperEvents,
  OutboxChange,
  OutboxOption,
  PageOwner,
  Safekeeping,
  SafekeepingHooks,
  StoredEntry,
} from './keeper.ts'
import { bytesOf, type Message } from '../outbox/message.ts'
import type { OutboxCore } from '../outbox/outbox-core.ts'
import { Unstored } from '../outbox/unstored.ts'

/** Storage that does not open holds up nobody for longer. */
const OPEN_MS = 10_000

/** Opens the storage of one page; undefined where this browser has neither storage nor Web Locks. */
export type OpenKeeper = (owner: PageOwner, events: KeeperEvents) => Promise<Keeper | undefined>

/** An outbox in whatever `open` gives. */
export function outboxIn(open: OpenKeeper, user?: string | null): OutboxOption {
  return {
    kind: 'persistent',
    ...(user !== undefined && { user }),
    unstored: () => new Unstored(),
    keep: (owner, hooks) => safekeeping(open, owner, hooks),
  }
}

function safekeeping(open: OpenKeeper, owner: PageOwner, hooks: SafekeepingHooks): Safekeeping {
  const { outbox } = hooks
  let place: Safekeeping['place'] = 'memory'
  let opening: Promise<Keeper | undefined> | undefined
  let isOver = false
  let adopting: Promise<readonly Message[]> = Promise.resolve([])

  const move = (to: Safekeeping['place']): void => {
    if (to === place) return
    place = to
    hooks.placed()
  }

  const opened = async (): Promise<Keeper | undefined> => {
    if (isOver) return undefined
    opening ??= untilDone(
      open(owner, { adopted: (entries) => adopted(entries.map(messageFrom), false), lost }),
      { timeoutMs: OPEN_MS },
      'opening the outbox storage',
    )
    const keeper = await opening
    if (isOver) return undefined
    if (keeper) move(keeper.place)
    else isOver = true
    return keeper
  }

  const rest = (): void => {
    void opening?.then((keeper) => keeper?.rest()).catch(() => {}) // one that did not open has nothing to rest from
  }

  /** Its locks stay ours, so that nobody sends what it still holds. */
  const giveUp = (error: unknown): void => {
    if (isOver) return
    isOver = true
    rest()
    move('memory')
    hooks.failed(error)
  }

  /** Storage that fails is asked once more, to forget what it has: another page must not find what goes on here. */
  const store = async (change: OutboxChange): Promise<boolean> => {
    try {
      await (await opened())?.store(change)
      return true
    } catch (error) {
      giveUp(error)
    }
    try {
      const keeper = await opening
      await keeper?.forget()
      return keeper !== undefined
    } catch {
      return false // giveUp has said why
    }
  }

  const adopted = (messages: readonly Message[], inFront: boolean): void => {
    outbox.adopt(messages, inFront)
    for (const room of new Set(messages.map((message) => message.room))) hooks.needed(room)
  }

  const lost = (cid: string): void => {
    lostTo(outbox, cid)
    if (cid !== owner.cid) return
    hooks.renew()
    giveUp(new RoomfulError('UNKNOWN', 'another page has taken over what waited here'))
  }

  const adopt = async (user: string | null): Promise<readonly Message[]> => {
    try {
      const entries = (await (await opened())?.adopt(user)) ?? []
      return entries.map(messageFrom)
    } catch (error) {
      giveUp(error)
      return []
    }
  }

  const next = (user: string | null): Promise<readonly Message[]> => (adopting = adopting.then(() => adopt(user)))

  return {
    get place() {
      return place
    },
    save(put, remove) {
      if (isOver || (!opening && put.length === 0)) return undefined
      return store({ put: put.map(entryFrom), remove })
    },
    adopt: next,
    async takeOver(user) {
      const messages = await next(user)
      adopted(messages, !outbox.isReady)
      if (!outbox.isReady && user === outbox.user) outbox.ready()
    },
    rest,
  }
}

/** That page's messages are another one's now: it tells the server, and the storage. */
export function lostTo(outbox: OutboxCore, cid: string): void {
  const error = new RoomfulError('UNKNOWN', 'another page took the message over')
  outbox.run(() => {
    for (const queue of outbox.queues.values()) {
      if (queue.flight?.messages[0]?.cid === cid) queue.flight = undefined
      for (const message of queue.messages) {
        if (message.cid !== cid) continue
        queue.messages.delete(message)
        outbox.unstored?.forget(message)
        outbox.tell(message, { state: 'unknown', error })
      }
    }
  })
}

function entryFrom(message: Message): StoredEntry {
  const { bytes: _, user = null, ...rest } = message
  return { ...rest, user }
}

function messageFrom(entry: StoredEntry): Message {
  return { ...entry, bytes: bytesOf(entry.data) }
}
