import type { InspectEvent } from '@roomful/client'
import type { Entry } from '@roomful/contract/protocol'
import { expect } from 'vitest'
import { eventually } from '../../../support/eventually.ts'
import type { Person, Saying, Seen } from './person.ts'

interface Log {
  logOf(room: string): Promise<readonly Entry[]>
}

/**
 * Nothing was lost: all that these people said is confirmed and in the log of "general" once, each one's in the order in
 * which it was said, and all see the log, from where they came in. `others` were said by pages that are gone.
 */
export async function expectExact(server: Log, people: readonly Person[], others: readonly string[] = []) {
  const said = people.flatMap((person) => person.said)
  const receipts = await Promise.all(said.map(({ receipt }) => receipt))
  const log = (await server.logOf('general')).map(seen)
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1))
  expect(log.map(({ text }) => text).sort()).toEqual([...said.map(({ text }) => text), ...others].sort())
  for (const [index, { text }] of said.entries()) {
    const { seq, id } = log.find((entry) => entry.text === text) ?? {}
    expect(receipts[index]).toMatchObject({ confirmed: true, seq, id })
  }
  for (const person of people) expect(log.filter(isOf(person.said)).map(({ text }) => text)).toEqual(textsOf(person))
  await expectViews(log, people)
  for (const { client, frames } of people) {
    await eventually(() => expect(client.outbox.getState()).toMatchObject({ queued: 0, sending: 0 }))
    expectJoinedFirst(frames)
  }
  return log
}

/** All see what is in the log, from where they came in, but for what they were told is missing. */
export async function expectViews(log: readonly Seen[], people: readonly Person[]): Promise<void> {
  for (const { view, gaps, frames } of people) {
    const isMissing = ({ seq }: Seen) => gaps.some(({ from = 1, to = 0 }) => from <= seq && seq <= to)
    const shown = log.filter((entry) => entry.seq > cameInAfter(frames) && !isMissing(entry))
    await eventually(() => expect(view).toEqual(shown))
  }
}

/** P8: on each connection nothing is published before the room's join was answered, and only into that log. */
function expectJoinedFirst(frames: readonly InspectEvent[]): void {
  let epoch: unknown
  for (const frame of frames) {
    if (frame.type === 'connection' && frame.to.status !== 'connected') epoch = undefined
    if (!('event' in frame) || frame.type === 'drop') continue
    const [data] = frame.args as { epoch?: unknown; room?: string }[]
    if (frame.type === 'ack' && frame.event === '$join') epoch = data?.epoch
    if (frame.type !== 'out' || frame.event !== '$publish') continue
    expect(epoch).toBeTypeOf('string')
    expect(data).toMatchObject({ room: 'general', epoch })
  }
}

export function seen({ seq, id, data, from }: Entry): Seen {
  return { seq, id, text: (data as { text: string }).text, from: from?.id }
}

/** Where the log stood at the first join. */
function cameInAfter(frames: readonly InspectEvent[]): number {
  const join = frames.find((frame) => frame.type === 'ack' && frame.event === '$join')
  const [answer] = (join && 'args' in join ? join.args : []) as { head?: number }[]
  return answer?.head ?? Infinity
}

function isOf(said: readonly Saying[]): (entry: Seen) => boolean {
  const all = new Set(said.map(({ text }) => text))
  return ({ text }) => all.has(text)
}

function textsOf({ said }: Person): string[] {
  return said.map(({ text }) => text)
}
