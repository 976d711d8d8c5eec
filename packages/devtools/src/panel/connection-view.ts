import type { ConnectionState } from '@roomful/client'
import type { ClientSnapshot, Inspector } from '../inspector/inspector-types.ts'
import { h, onChange, type View } from './dom.ts'
import { milliseconds } from './entry-text.ts'

type Line = readonly [name: string, value: string]

/** The connection's state, what client and server promise, and the round-trip time. */
export function createConnectionView(inspector: Inspector): View {
  const element = h('div', { class: 'scroll' })
  const render = onChange(({ facts, promises }: { facts: readonly Line[]; promises: readonly Line[] }) => {
    element.replaceChildren(
      ...section('Connection', facts),
      ...(promises.length > 0
        ? section('Guarantees', promises)
        : [h('p', { class: 'note' }, 'Guarantees are known while connected.')]),
    )
  })
  return {
    element,
    update() {
      const snapshot = inspector.snapshot()
      render({ facts: factsOf(snapshot), promises: promisesOf(snapshot.connection) })
    },
  }
}

function section(title: string, lines: readonly Line[]): Node[] {
  return [
    h('h2', {}, title),
    h('dl', {}, ...lines.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))),
  ]
}

function factsOf({ url, rooms, connection, roundTrip }: ClientSnapshot): Line[] {
  const { status, reason, error } = connection
  const lines: (Line | false)[] = [
    ['Status', status],
    reason !== undefined && ['Reason', reason],
    error !== undefined && ['Error', `${error.code}: ${error.message}`],
    'since' in connection && ['Since', clock(connection.since)],
    status === 'reconnecting' && [
      'Next attempt',
      `number ${connection.attempt}, at ${clock(connection.nextAttemptAt)}`,
    ],
    status === 'connected' && ['Socket', connection.id],
    status === 'connected' && [
      'User',
      connection.user === undefined ? 'the server does not say' : JSON.stringify(connection.user),
    ],
    [
      'Round trip',
      roundTrip
        ? `${milliseconds(roundTrip.lastMs)}, median ${milliseconds(roundTrip.medianMs)}`
        : 'no call was answered yet',
    ],
    ['Server', url],
    ['Rooms', rooms === 'roomful' ? 'roomful()' : 'plainRooms()'],
  ]
  return lines.filter((line): line is Line => line !== false)
}

const DURABILITY: Readonly<Record<string, string>> = {
  none: 'nothing is confirmed',
  memory: "in the server's memory: lost with its process",
  disk: "on the server's disk",
  async: 'in a database; a failover may lose the newest, and says so',
  replica: 'in a database and on a replica of it',
}

function promisesOf(connection: ConnectionState<unknown>): Line[] {
  if (connection.status !== 'connected') return []
  const { order, replay, exactlyOnce, durability, outbox, leftToSocket } = connection.guarantees
  return [
    ['Order', order ? 'all members of a room get its messages in one order, without holes' : 'not promised'],
    [
      'Replay',
      replay ? 'messages that were missed are fetched after an outage' : 'not promised: what was missed is lost',
    ],
    ['Exactly once', exactlyOnce ? 'a message that is sent again is stored once' : 'not promised'],
    [
      'Confirmed messages',
      durability === undefined
        ? 'the server does not say where they are stored'
        : (DURABILITY[durability] ?? durability),
    ],
    ['Unconfirmed messages', outbox === 'none' ? 'are not sent again' : `are stored in: ${outbox}`],
    ...(leftToSocket ? [['Left to the socket of the app', leftToSocket.join(', ')] as const] : []),
  ]
}

function clock(time: number): string {
  return new Date(time).toLocaleTimeString()
}
