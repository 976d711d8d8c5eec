import { RoomfulError } from '@roomful/client'
import type { ItemResult, PublishAnswer } from '@roomful/contract/protocol'
import { bytesOf } from '@roomful/contract/protocol'
import type { Message } from '../../../../src/roomful/outbox/message.ts'
import { OutboxCore } from '../../../../src/roomful/outbox/outbox-core.ts'
import { PendingWrites } from '../../../../src/roomful/outbox/pending-writes.ts'
import type {
  Batch,
  OutboxInput,
  OutboxOutput,
  Session,
  StoreResult,
} from '../../../../src/roomful/outbox/outbox-steps.ts'

export const NOW = 1_000_000_000
export const HOUR = 3_600_000
export const EPOCH = 'epoch-one'

export const session: Session = { epoch: EPOCH, batchItems: 64, batchBytes: 98_304, eventBytes: 65_536 }

/** The id of a page's n-th message. */
export function idOf(n: number, cid = 'page-one'): string {
  return `${cid}-${String(n).padStart(15 - cid.length, '0')}`
}

/** Ada's n-th message, never sent, unless told otherwise. */
export function message(n: number, parts: Partial<Message> = {}): Message {
  const { data = n, cid = 'page-one' } = parts
  return {
    cid,
    n,
    id: idOf(n, cid),
    user: 'ada',
    room: 'general',
    event: 'm',
    data,
    bytes: bytesOf(data),
    sentAt: undefined,
    ...parts,
  }
}

export const answer = (results: readonly ItemResult[], rest: Partial<PublishAnswer> = {}): PublishAnswer => ({
  ok: rest.code === undefined,
  epoch: EPOCH,
  results,
  ...rest,
})
/** The server has stored so many, the first as the log's `seq`. */
export const yes = (count: number, seq = 1): ItemResult[] =>
  Array.from({ length: count }, (_, index) => ({ seq: seq + index, at: 0 }))

/** An output in words; undefined for `queued`. */
export function wordsOf(output: OutboxOutput): string | undefined {
  switch (output.type) {
    case 'queued':
      return undefined
    case 'settled': {
      const { message: settled, outcome } = output
      return `${settled.n} ${outcome.state} ${outcome.state === 'confirmed' ? outcome.seq : outcome.error.code}`
    }
    case 'store':
      return [
        'store',
        ...output.remove.map(({ n }) => `-${n}`),
        ...output.put.map((each) => `+${numberOf(each)}`),
      ].join(' ')
    case 'send':
      return `send ${output.batch.room}: ${output.batch.messages.map(({ n }) => n).join(' ')}`
    case 'wait':
      return `wait ${output.ms}${output.rejoin ? ', join again' : ''}`
  }
}

interface Script {
  readonly user?: string | null
  readonly limit?: { readonly messages: number; readonly bytes: number }
  /** With a storage, the test says when a transaction is done. */
  readonly hasStorage?: boolean
}

/** An outbox core whose outputs are words. */
export function createScriptedOutbox(script: Script = {}) {
  const { user, limit = { messages: 500, bytes: 100_000 }, hasStorage = false } = script
  const core = new OutboxCore({ user, limit, writes: hasStorage ? new PendingWrites() : undefined })
  const batches: Batch[] = []
  const errors: RoomfulError[] = []
  const step = (input: OutboxInput, now = NOW): string[] => {
    const outputs = core.step(input, now)
    for (const output of outputs) {
      if (output.type === 'send') batches.push(output.batch)
      if (output.type === 'settled' && output.outcome.state !== 'confirmed') errors.push(output.outcome.error)
    }
    return outputs.flatMap((output) => wordsOf(output) ?? [])
  }
  const batchOf = (nth: number): Batch => {
    const batch = batches[nth]
    if (!batch) throw new Error(`expected ${nth + 1} batches, got ${batches.length}`)
    return batch
  }
  const last = (): Batch => batchOf(batches.length - 1)
  return {
    core,
    step,
    batches,
    /** Those of settled messages, in order. */
    errors,
    /** The numbers of a room's messages, those that were sent marked. */
    queued: (room = 'general') => [...(core.queues.get(room)?.messages ?? [])].map(numberOf),
    emit: (...messages: readonly Message[]) => messages.flatMap((each) => step({ type: 'emit', message: each })),
    user: (who: string | null = 'ada') => step({ type: 'user', user: who, windowMs: 23 * HOUR }),
    ready: (who: string | null = 'ada') => step({ type: 'ready', user: who }),
    adopt: (...messages: readonly Message[]) => step({ type: 'adopt', messages }),
    /** The server names this user, and closed pages have left nothing. */
    hello: (who: string | null = 'ada') => [
      ...step({ type: 'user', user: who, windowMs: 23 * HOUR }),
      ...step({ type: 'ready', user: who }),
    ],
    open: (room = 'general', parts: Partial<Session> = {}, now = NOW) =>
      step({ type: 'open', room, session: { ...session, ...parts } }, now),
    close: (room = 'general', isOwn = false) => step({ type: 'close', room, isOwn }),
    leave: (room = 'general') => step({ type: 'left', room }),
    wake: (room = 'general') => step({ type: 'woken', room }),
    stored: (result: StoreResult = 'stored') => step({ type: 'stored', result }),
    /** The server's answer to the n-th batch, counted from 0; to the last one unless told. */
    answer: (said: PublishAnswer, nth?: number) =>
      step({ type: 'answer', batch: nth === undefined ? last() : batchOf(nth), answer: said }),
    noAnswer: (nth?: number) => step({ type: 'no-answer', batch: nth === undefined ? last() : batchOf(nth) }),
    discard: (n: number) =>
      step({
        type: 'discard',
        room: 'general',
        id: idOf(n),
        error: new RoomfulError('DISCARDED', 'discarded'),
      }),
    refuse: (room = 'general') =>
      step({ type: 'refused', room, error: new RoomfulError('FORBIDDEN', 'you are not allowed') }),
    lose: (cid = 'page-one') => step({ type: 'lost', cid }),
    clear: () => step({ type: 'discard', error: new RoomfulError('DISCARDED', 'the outbox was cleared') }),
    end: () => step({ type: 'end', error: new RoomfulError('DISCONNECTED', 'the client was closed') }),
    stop: () => step({ type: 'stopped', error: new RoomfulError('DISCONNECTED', 'signed out') }),
  }
}

function numberOf({ n, sentAt }: { readonly n: number; readonly sentAt?: number | undefined }): string {
  return sentAt === undefined ? `${n}` : `${n} sent`
}
