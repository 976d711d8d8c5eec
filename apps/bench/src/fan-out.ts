import type { ServerKind } from './bench-server.ts'
import { measureFanOut, named } from './measure-fan-out.ts'
import { isQuick } from './options.ts'
import { RawRoom } from './raw-room.ts'
import { type Measured, rounds, type Table } from './rounds.ts'

const MEMBERS = isQuick ? 200 : 1_000
/** By how many messages are in flight: how many are sent in a round. */
const MESSAGES: Readonly<Record<number, number>> = isQuick ? { 1: 40, 8: 80, 32: 128 } : { 1: 150, 8: 240, 32: 480 }

const PEER = 'socket.io'
const OURS = 'roomful'
const KINDS: Readonly<Record<string, ServerKind>> = { [PEER]: 'plain', [OURS]: 'rooms' }

const GOALS: Readonly<Record<string, string>> = {
  '1 in flight: p50, ms': '≤ 1.05',
  '8 in flight: deliveries a second': '≥ 4',
  '32 in flight: deliveries a second': '≥ 10',
}

/** Messages from members of a room to all of its 1,000 members. In the mixed room, every other member reads no packs. */
export async function fanOut(): Promise<Table> {
  const rooms = new Map<string, RawRoom>()
  for (const [contender, kind] of Object.entries(KINDS)) {
    const room = await RawRoom.start(kind, MEMBERS)
    await room.join('general', () => true)
    await room.join('mixed', (index) => index % 2 === 0)
    rooms.set(contender, room)
  }
  return rounds(
    5,
    [PEER, OURS],
    async (contender) => {
      const room = rooms.get(contender) as RawRoom
      return {
        ...(await measure(room, 'general', 1)),
        ...(await measure(room, 'general', 8)),
        ...(await measure(room, 'general', 32)),
        ...(await measure(room, 'mixed', 8)),
        ...(await measure(room, 'mixed', 32)),
      }
    },
    { goals: GOALS },
  )
}

async function measure(room: RawRoom, name: string, inFlight: number): Promise<Measured> {
  const measured = await measureFanOut(room, { room: name, messages: MESSAGES[inFlight] ?? 0, inFlight })
  return named(`${inFlight} in flight${name === 'mixed' ? ', mixed' : ''}`, measured)
}
