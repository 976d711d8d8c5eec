import type { Receipt } from '@roomful/client'
import type { Person } from './people.ts'

/** A message as the server keeps it. */
export interface Message {
  /** The same from pending to confirmed, so that the page keeps its element. */
  readonly key: string
  readonly id: string
  /** A server that lost its log counts from 1 again: `seq` orders within an era. */
  readonly era: number
  readonly seq: number
  /** The server itself where undefined. */
  readonly from: Person | undefined
  readonly text: string
  readonly at: number
}
export type Heard = Omit<Message, 'key' | 'era'> & { readonly isMine: boolean }

/** A message of ours that the server has not confirmed. */
export interface Outgoing {
  readonly key: string
  readonly text: string
  readonly at: number
  /** `uncertain`: the answer was lost, so the server may or may not have it. */
  readonly status: 'sending' | 'refused' | 'uncertain'
  readonly problem?: string
  /** The message that looks like this one; that it is, only the receipt can say. */
  readonly heardAs?: string | undefined
  /** What was the newest message when this was sent: it is none of those before. */
  readonly sentAfter: number
}

/** What the page shows of a room. */
export interface RoomView {
  readonly messages: readonly Message[]
  readonly outgoing: readonly Outgoing[]
  readonly era: number
  readonly hasOlder: boolean
}

export const MAX_MESSAGES = 1000
export const MAX_OUTGOING = 500
export const emptyView: RoomView = { messages: [], outgoing: [], era: 0, hasOlder: false }

/** The view with these messages, in the log's order, each once; the oldest give way. */
export function withMessages(view: RoomView, heard: readonly Heard[]): RoomView {
  return heard.reduce(withMessage, view)
}

function withMessage(view: RoomView, { isMine, ...heard }: Heard): RoomView {
  const { era, messages } = view
  const place = placeFor(messages, era, heard.seq)
  const known = messages[place - 1]
  if (known?.era === era && known.seq === heard.seq) return view
  // The server tells the room before it answers the sender: until then, our own message is known by its text only.
  const sent = isMine ? view.outgoing.find((outgoing) => looksLike(outgoing, heard)) : undefined
  const message: Message = { ...heard, era, key: sent?.key ?? heard.id }
  return { ...view, messages: bounded(messages.toSpliced(place, 0, message)), outgoing: claimed(view, sent, heard.id) }
}

/** Where a message of that number goes: nearly always at the end. */
function placeFor(messages: readonly Message[], era: number, seq: number): number {
  return messages.findLastIndex((message) => message.era < era || message.seq <= seq) + 1
}

function looksLike({ status, heardAs, text, sentAfter }: Outgoing, heard: { seq: number; text: string }): boolean {
  return status !== 'refused' && heardAs === undefined && text === heard.text && heard.seq > sentAfter
}

function claimed({ outgoing }: RoomView, sent: Outgoing | undefined, heardAs: string): readonly Outgoing[] {
  if (sent === undefined) return outgoing
  if (sent.status === 'sending') return outgoing.map((one) => (one === sent ? { ...one, heardAs } : one))
  return outgoing.filter((one) => one !== sent)
}

function bounded(messages: readonly Message[]): readonly Message[] {
  return messages.length > MAX_MESSAGES ? messages.slice(-MAX_MESSAGES) : messages
}

/** The view while a message is on its way: a new one, or one that is sent again. */
export function withSending(view: RoomView, sending: Pick<Outgoing, 'key' | 'text' | 'at'>): RoomView {
  const others = view.outgoing.filter(({ key }) => key !== sending.key)
  const newest = view.messages.findLast(({ era }) => era === view.era)
  return { ...view, outgoing: [...others, { ...sending, status: 'sending', sentAfter: newest?.seq ?? 0 }] }
}

/** The view once the server has the message. */
export function withReceipt(view: RoomView, key: string, receipt: Receipt, me: Person): RoomView {
  const sent = view.outgoing.find((one) => one.key === key)
  const settled = withDiscarded(view, key)
  if (!sent || !receipt.confirmed) return settled
  const { id, seq, at } = receipt
  const place = placeFor(settled.messages, settled.era, seq)
  const known = settled.messages[place - 1]
  if (known?.era === settled.era && known.seq === seq) return settled
  const message: Message = { key: sent.heardAs ? id : key, id, era: settled.era, seq, from: me, text: sent.text, at }
  return { ...settled, messages: bounded(settled.messages.toSpliced(place, 0, message)) }
}

/** The view once the message is refused, or its answer lost. */
export function withFailure(view: RoomView, key: string, status: 'refused' | 'uncertain', problem: string): RoomView {
  const sent = view.outgoing.find((one) => one.key === key)
  if (!sent) return view
  if (status === 'uncertain' && sent.heardAs !== undefined) return withDiscarded(view, key)
  const failed: Outgoing = { ...sent, heardAs: undefined, status, problem }
  return { ...view, outgoing: view.outgoing.map((one) => (one === sent ? failed : one)) }
}

export function withDiscarded(view: RoomView, key: string): RoomView {
  return { ...view, outgoing: view.outgoing.filter((one) => one.key !== key) }
}

/** The view after the server's log began anew: what comes now is newer than all that we have. */
export function withNewEra(view: RoomView): RoomView {
  return {
    ...view,
    era: view.era + 1,
    hasOlder: false,
    outgoing: view.outgoing.map((one) => ({ ...one, sentAfter: 0 })),
  }
}

/** What stays of a room that was left: only our own words that did not arrive. */
export function withLeft({ outgoing }: RoomView): RoomView {
  return { ...emptyView, outgoing: outgoing.map((one) => ({ ...one, sentAfter: Number.POSITIVE_INFINITY })) }
}
