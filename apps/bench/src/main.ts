import { acks } from './acks.ts'
import { adapterReturns } from './adapter-returns.ts'
import { adapters } from './adapters.ts'
import { chatList } from './chat-list.ts'
import { bigRoom } from './big-room.ts'
import { dispatch } from './dispatch.ts'
import { fanOut } from './fan-out.ts'
import { flood } from './flood.ts'
import { idleRooms } from './idle-rooms.ts'
import { joinCost } from './join-cost.ts'
import { memory } from './memory.ts'
import { mounts } from './mounts.ts'
import { nodes } from './nodes.ts'
import { named } from './options.ts'
import { pageSizes } from './page-sizes.ts'
import { publishes, redisPublishes } from './publishes.ts'
import { recovery } from './recovery.ts'
import { replay } from './replay.ts'
import { restart } from './restart.ts'
import type { Table } from './rounds.ts'
import { scale } from './scale.ts'
import { sends } from './sends.ts'
import { sizes } from './sizes.ts'
import { storms } from './storms.ts'
import { unread } from './unread.ts'
import { unsubscribe } from './unsubscribe.ts'

// As in an app that is deployed; the servers and the other processes have it from here.
process.env['NODE_ENV'] ??= 'production'

interface Bench {
  readonly run: () => Promise<Table>
  readonly heading: string
}

const BENCHES: Readonly<Record<string, Bench>> = {
  unsubscribe: { run: unsubscribe, heading: 'time to remove all listeners, ms (goal: 0.015 in any order)' },
  dispatch: { run: dispatch, heading: 'time from an event to its last listener, ms (goals: 1.05 to 1, 0.5 to 10,000)' },
  sizes: {
    run: sizes,
    heading: 'size of a page without React, bytes (goals, gzip with the hooks: 13,000, with roomful() 18,500)',
  },
  storms: {
    run: storms,
    heading: '1000 components, 5000 events a second (goals: 0.25 all, 0.55 keyed; 62 commits; last event within 50 ms)',
  },
  mounts: {
    run: mounts,
    heading: 'memory that is left after 100,000 mounts and unmounts of each hook (goal: 2,000 kB)',
  },
  sends: { run: sends, heading: 'reliable sends over a link with 50 ms round trip (goal: 30)' },
  replay: {
    run: replay,
    heading: 'time from the end of an outage until no message is missing, ms (goal: 500 where woken)',
  },
  recovery: {
    run: recovery,
    heading: "the server's CPU time for one returning client, ms (goal: 0.09 beyond the connection, and flat)",
  },
  flood: {
    run: flood,
    heading: 'time from one user to another, while a third one sends all it can (goal: p99 1.5)',
  },
  publishes: { run: publishes, heading: 'messages stored and confirmed a second (goal: 0.5)' },
  'redis-publishes': {
    run: redisPublishes,
    heading: 'the same with a log in Redis, one node (goal: 0.5 of the messages a second of 64 senders)',
  },
  nodes: { run: nodes, heading: 'a room of 999 members on three nodes, against one (goal: CPU a delivery 1.25)' },
  adapters: {
    run: adapters,
    heading: "three nodes, against Socket.IO's adapters over Redis (goal: deliveries a second 3, with 8 in flight)",
  },
  'adapter-returns': {
    run: adapterReturns,
    heading: 'a client that returns to one room, with messages in other rooms, against recovery over Redis streams',
  },
  'idle-rooms': { run: idleRooms, heading: 'a node with 10,000 rooms in which nothing happens (2,000 with --quick)' },
  scale: { run: scale, heading: 'what Redis carries for 100 nodes, calculated from what each operation costs' },
  'fan-out': {
    run: fanOut,
    heading: 'messages of members to all 1,000 members of a room (200 with --quick)',
  },
  'join-cost': {
    run: joinCost,
    heading: 'one more connection joins a room of 1,000, and of 10,000 (200 and 600 with --quick)',
  },
  memory: {
    run: memory,
    heading: "the server's memory for each of 5,000 members of one room (500 with --quick)",
  },
  'big-room': { run: bigRoom, heading: 'a room of 10,000 members: all join, talk and leave' },
  restart: {
    run: restart,
    heading: '1,000 clients in 5 rooms each come back after a restart of the server (60 with --quick)',
  },
  'chat-list': {
    run: chatList,
    heading: 'a list of 100,000 messages, and more in each frame (20,000 with --quick)',
  },
  ack: { run: acks, heading: 'one emitWithAck after the other' },
  page: {
    run: pageSizes,
    heading: 'whole pages without React, with transport and dependencies, bytes',
  },
  unread: {
    run: unread,
    heading: 'growth of memory with 500 clients that ask for pages and read none, MB (goal: 64 MiB + 20 MB = 87)',
  },
}

const unknown = named.filter((name) => !(name in BENCHES))
if (unknown.length > 0)
  throw new Error(`unknown benchmark ${unknown.join()}: expected ${Object.keys(BENCHES).join(', ')}`)

for (const [name, { run, heading }] of Object.entries(BENCHES)) {
  if (named.length > 0 && !named.includes(name)) continue
  const started = performance.now()
  const table = await run()
  console.log(`\n${name}: ${heading}; ${((performance.now() - started) / 1000).toFixed(0)} s`)
  console.table(table)
}
// Otherwise the clients would try to reconnect forever.
process.exit()
