import { hash } from 'node:crypto'
import { isPassingCode } from '@roomful/contract/protocol'
import type { Identity } from '../connection/authenticate.ts'
import type { PublishBatch } from '../connection/requests.ts'
import type { CallbackRunner } from '../callback-runner.ts'
import type { Drain } from '../drain.ts'
import { hashOf } from '../json.ts'
import type { LogEntry } from '../log/log-entry.ts'
import { answerFrom, type DecidedItem, type Sender, type SenderRow } from '../log/sender-row.ts'
import { assertRate } from '../rates/rate-check.ts'
import type { RequestLimiter } from '../rates/rate-limiter.ts'
import { RefusalError, refuse, toWire } from '../refuse.ts'
import type { Room } from '../rooms/room.ts'
import type { Settings } from '../settings.ts'
import { amendsOf, type Checked, type EventRules } from './event-rules.ts'
import { CallbackFailure, type FailedAttempts } from './failed-attempts.ts'
import { findTarget } from './find-target.ts'

/** A batch that takes longer is answered in part, well before its sender would send it again (C5: after 10 s). */
const BATCH_MS = 5_000

/** For an item that the log answers from its row. The refusal is the answer if the row is gone by then. */
export const ALREADY_DECIDED = { code: 'STALE' }

/** One batch that is being handled. */
export interface BatchRun {
  readonly room: Room
  readonly identity: Identity
  readonly rates: RequestLimiter
  readonly sender: Sender
  /** Names the sender in the room: its batches are handled one after the other. */
  readonly key: string
  readonly request: PublishBatch
  /** Throws `NOT_MEMBER` once the sender was put out of the room. */
  readonly assertMember: () => void
}

export interface Decided {
  readonly items: readonly DecidedItem[]
  /** The refusal that ended the batch before its end. */
  readonly stopped: RefusalError | undefined
}

export interface DecisionParts {
  readonly rules: EventRules
  readonly callbacks: CallbackRunner
  readonly drain: Drain
  readonly settings: Settings
  readonly failedAttempts: FailedAttempts
}

/**
 * Decides the items of a batch in their order, until a refusal that passes. S3: items that the row covers were decided before;
 * no handler runs for them again.
 */
export async function decideItems(
  run: BatchRun,
  row: SenderRow | undefined,
  { rules, callbacks, drain, settings, failedAttempts }: DecisionParts,
): Promise<Decided> {
  const { identity, rates, sender, request, key, assertMember } = run
  const { room } = request
  const rateContext = { action: 'publish', room, userId: sender.user ?? undefined, address: sender.address } as const
  const { batchBytes } = settings.limits
  const endAt = performance.now() + BATCH_MS
  const decided: DecidedItem[] = []
  let bytes = 0
  for (const item of request.items) {
    assertMember()
    const { n, id } = item
    const itemHash = hashOf(item)
    if (answerFrom(row, n, itemHash) !== undefined) {
      decided.push({ n, hash: itemHash, refusal: ALREADY_DECIDED })
      continue
    }
    try {
      drain.assertOpen()
      rates.take({ publishes: 1 }, { publishes: request.items.length - decided.length })
      await assertRate({ settings, callbacks }, rateContext)
      const checked = rules.check(item.event, item.data, 'durable')
      bytes += Buffer.byteLength(checked.text)
      if (bytes > batchBytes || performance.now() > endAt) throw refuse('MORE', undefined, { after: 0 })
      const { event, amending } = checked
      const target = amending && (await findTarget(run.room, amending.target, amending.amends, request.epoch))
      const data = await admit(run, item, checked, target, { rules, settings })
      const unread = rules.isUnread(event, 'durable')
      const amends = amending && amendsOf(event, amending, data, identity.wire)
      const entry = { event, data, id, from: identity.wire, at: 0, unread, ...(amends && { amends }) }
      decided.push({ n, hash: itemHash, entry })
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      const refusal = error instanceof CallbackFailure ? failedAttempts.refusalFor(key, n) : error
      if (isPassingCode(refusal.code)) return { items: decided, stopped: refusal }
      decided.push({ n, hash: itemHash, refusal: toWire(refusal) })
    }
  }
  return { items: decided, stopped: undefined }
}

/** Asks the app; with tracing, in a span. */
function admit(
  { room, identity, sender }: BatchRun,
  { id, traceparent }: PublishBatch['items'][number],
  checked: Checked,
  target: LogEntry | undefined,
  { rules, settings }: Pick<DecisionParts, 'rules' | 'settings'>,
): Promise<unknown> {
  const senderKey = sender.user ?? guestKeyOf(sender.cid)
  const ask = (): Promise<unknown> => rules.admit(checked, room.name, identity, { id, senderKey }, target)
  const message = { room: room.name, event: checked.event, id, traceparent }
  return settings.tracing === undefined ? ask() : settings.tracing.handle(message, ask)
}

/** A guest's cid is a secret: the app gets a hash of it. */
function guestKeyOf(cid: string): string {
  return hash('sha256', cid, 'base64url').slice(0, 22)
}
