import type { InspectEvent } from '@roomful/client'
import type { Entry } from '@roomful/contract/protocol'
import { expect } from 'vitest'
import { eventually } from '../../../support/eventually.ts'
import type { Person, Seen, SentMessage } from './person.ts'

interface Log {
  logOf(room: string): Promise<readonly Entry[]>
}

/**
 * Every message of these people, who are in one room, is confirmed and in its log once, each sender's messages are in order, and each
 * person sees the log from their first join on. `others` are messages of closed pages.
 */
export async function expectExact(server: Log, people: readonly Person[], others: readonly string[] = []) {
  const sent = people.flatMap(({ messages }) => messages)
  const receipts = await Promise.all(sent.map(({ receipt }) => receipt))
  const log = (await server.logOf(String(people[0]?.room.name))).map(seen)
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1))
  expect(log.map(({ text }) => text).sort()).toEqual([...sent.map(({ text }) => text), ...others].sort())
  for (const [index, { text }] of sent.entries()) {
    const { seq, id } = log.find((entry) => entry.text === text) ?? {}
    expect(receipts[index]).toMatchObject({ confirmed: true, seq, id })
  }
  for (const person of people)
    expect(log.filter(isOf(person.messages)).map(({ text }) => text)).toEqual(textsOf(person))
  await expectViews(log, people)
  for (const { client, room, frames } of people) {
    await eventually(() => expect(client.outbox.getState()).toMatchObject({ queued: 0, sending: 0 }))
    expectJoinedFirst(String(room.name), frames)
  }
  return log
}

/** Each person sees the log from their first join on, except the messages that a gap has reported. */
export async function expectViews(log: readonly Seen[], people: readonly Person[]): Promise<void> {
  for (const { view, gaps, frames } of people) {
    const isMissing = ({ seq }: Seen) => gaps.some(({ from = 1, to = 0 }) => from <= seq && seq <= to)
    const shown = log.filter((entry) => entry.seq > headAtJoin(frames) && !isMissing(entry))
    await eventually(() => expect(view).toEqual(shown))
  }
}

/** P8: on each connection, messages are published only after the answer to the room's join, with its epoch or one that continues it. */
function expectJoinedFirst(room: string, frames: readonly InspectEvent[]): void {
  let epochs: unknown[] = []
  for (const frame of frames) {
    if (frame.type === 'connection' && frame.to.status !== 'connected') epochs = []
    if (!('event' in frame) || frame.type === 'drop') continue
    const [data] = frame.args as { epoch?: unknown; room?: string; previous?: { epoch: string } }[]
    if (frame.type === 'ack' && frame.event === '$join') epochs = [data?.epoch]
    if (frame.type === 'in' && frame.event === '$head' && epochs.includes(data?.previous?.epoch))
      epochs.push(data?.epoch)
    if (frame.type !== 'out' || frame.event !== '$publish') continue
    expect(data?.epoch).toBeTypeOf('string')
    expect(data).toMatchObject({ room })
    expect(epochs).toContain(data?.epoch)
  }
}

export function seen({ seq, id, data, from }: Entry): Seen {
  return { seq, id, text: (data as { text: string }).text, from: from?.id }
}

/** The head of the log in the answer to the first join. */
function headAtJoin(frames: readonly InspectEvent[]): number {
  const join = frames.find((frame) => frame.type === 'ack' && frame.event === '$join')
  const [answer] = (join && 'args' in join ? join.args : []) as { head?: number }[]
  return answer?.head ?? Infinity
}

function isOf(sent: readonly SentMessage[]): (entry: Seen) => boolean {
  const all = new Set(sent.map(({ text }) => text))
  return ({ text }) => all.has(text)
}

function textsOf({ messages }: Person): string[] {
  return messages.map(({ text }) => text)
}
