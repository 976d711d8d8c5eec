import { setTimeout as pause } from 'node:timers/promises'
import { named } from './measure-fan-out.ts'
import { isQuick } from './options.ts'
import { RawRoom } from './raw-room.ts'
import { type Measured, rounds, type Table } from './rounds.ts'

const [SMALL, LARGE] = isQuick ? [200, 600] : [1_000, 10_000]
/** How many connect and join in a round, one after the other. */
const JOINS = isQuick ? 30 : 50
/** No change of the members is sent later than this. */
const SETTLED_MS = 1_500
const ROOM = 'general'

const CPU = 'CPU of one that connects and joins, ms'

/** The server's CPU time for one more connection that joins a room of many. */
export async function joinCost(): Promise<Table> {
  const [peer, ours] = ['socket.io', 'roomful']
  const rooms = { [peer]: await filled('plain', SMALL), [ours]: await filled('rooms', SMALL) }
  const small = await rounds(
    5,
    [peer, ours],
    async (contender) => named(`after ${SMALL}`, await measure(rooms[contender] as RawRoom)),
    { goals: { [`after ${SMALL}: ${CPU}`]: '≤ 3' } },
  )
  const [few, many] = [`after ${SMALL}`, `after ${LARGE}`]
  const grown = { [few]: rooms[ours] as RawRoom, [many]: await filled('rooms', LARGE) }
  const large = await rounds(
    5,
    [few, many],
    async (contender) => named('roomful alone', await measure(grown[contender] as RawRoom)),
    { goals: { [`roomful alone: ${CPU}`]: '≤ 1.2' } },
  )
  return { ...small, ...large }
}

async function filled(kind: 'plain' | 'rooms', size: number): Promise<RawRoom> {
  const room = await RawRoom.start(kind, size)
  await room.join(ROOM, () => true)
  return room
}

async function measure(room: RawRoom): Promise<Measured> {
  await pause(SETTLED_MS)
  let packets = 0
  for (const member of room.members) member.read((chunk) => (packets += eventsIn(chunk)))
  const bytesBefore = bytesOf(room)
  const cpuBefore = await room.server.request('cpu')
  const guests = []
  let answerBytes = 0
  for (let n = 0; n < JOINS; n += 1) {
    const guest = await room.connect(`guest ${n}`)
    answerBytes += await room.protocol.join(guest, ROOM, true)
    guests.push(guest)
  }
  await pause(SETTLED_MS)
  const cpuMs = (await room.server.request('cpu')) - cpuBefore
  const others = JOINS * room.members.length
  const measured = {
    [CPU]: cpuMs / JOINS,
    'bytes of the answer': answerBytes / JOINS,
    'packets to each other member': packets / others,
    'bytes to each other member': (bytesOf(room) - bytesBefore) / others,
  }
  for (const guest of guests) guest.close()
  while ((await room.server.request('clients')) > room.members.length) await pause(10)
  return measured
}

function bytesOf({ members }: RawRoom): number {
  return members.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** How many events begin in a chunk. */
function eventsIn(chunk: Buffer): number {
  let count = 0
  for (let at = chunk.indexOf(EVENT); at !== -1; at = chunk.indexOf(EVENT, at + 1)) count += 1
  return count
}
const EVENT = '42["'
