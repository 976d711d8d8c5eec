import { RoomfulError, type Receipt } from '@roomful/client'
import type { Outgoing, Published, RoomProtocol } from '../../../src/room/room-protocol.ts'
import { Publisher } from '../../../src/room/publisher.ts'

/** A batch on its way, answered by the test. */
interface Batch {
  readonly epoch: string | undefined
  readonly events: readonly string[]
  readonly numbers: readonly number[]
  /** Confirms all, or the first of them where `rest` says why no more. */
  readonly confirm: (count?: number, rest?: Partial<NonNullable<Published['rest']>>) => void
  readonly answer: (answer: Published) => void
  readonly fail: (error: unknown) => void
}

/** A publisher over a server that answers when, and what, the test says. */
export function createScriptedPublisher({ limit = 500, batchItems = 64 } = {}) {
  const batches: Batch[] = []
  const rejoins: string[] = []
  const dropped: [event: string, code: string][] = []
  let isReady = true
  let lastNumber = 0

  const protocol: RoomProtocol = {
    batchSize: (items) => Math.min(items.length, batchItems),
    publish: (_room, epoch, items) =>
      new Promise((resolve, reject) => {
        batches.push({
          epoch,
          events: items.map(({ event }) => event),
          numbers: items.map(({ n }) => n),
          answer: resolve,
          confirm: (count = items.length, rest) =>
            resolve({ results: items.slice(0, count).map(receiptOf), ...(rest && { rest: { ...PASSING, ...rest } }) }),
          fail: reject,
        })
      }),
    join: () => unexpected('join'),
    leave: () => unexpected('leave'),
    history: () => unexpected('history'),
    volatile: () => void unexpected('volatile'),
  }
  const publisher = new Publisher('general', limit, {
    isReady: () => isReady,
    nextNumber: () => ++lastNumber,
    dropped: (event, { code }) => dropped.push([event, code]),
    rejoin: () => {
      rejoins.push('rejoin')
      publisher.close()
    },
  })
  return {
    publisher,
    protocol,
    batches,
    rejoins,
    /** What will never be sent, as `inspect` hears of it. */
    dropped,
    open: (epoch = 'epoch-1') => publisher.open(protocol, epoch),
    /** What a connection that is about to be found dead looks like. */
    setReady: (ready: boolean) => {
      isReady = ready
    },
    /** Gives the message to the publisher, and says what became of it: the receipt's id, or the error's code. */
    outcome: (event: string, data: unknown = {}) =>
      publisher.publish(event, data).then(
        ({ id }) => id,
        (error: RoomfulError) => error.code,
      ),
  }
}

const PASSING = { error: new RoomfulError('RATE', 'not so fast'), afterMs: 0, rejoin: false }

const receiptOf = ({ n }: Outgoing): Receipt => ({ confirmed: true, id: `id:${n}`, seq: n, at: 0 })

function unexpected(method: string): never {
  throw new Error(`a publisher does not ${method}`)
}
