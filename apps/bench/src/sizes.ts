import { type Bundle, hooks, only, sizeOf } from './bundle.ts'
import type { Table } from './rounds.ts'

/** The dependencies of @roomful/client. */
const SOCKET_IO = ['socket.io-client', 'engine.io-client', 'socket.io-parser', 'zustand']

const all = (name: string) => `import * as all from '${name}'; console.log(all)`
const client = (...names: readonly string[]) => only(['createClient', ...names].join(), '@roomful/client')
const roomful = (...names: readonly string[]) => client('roomful', ...names)

/** `plainRooms()` is the default of createClient. The hooks are useSocket, useRoom and useEvent. */
const OURS: Readonly<Record<string, string>> = {
  createClient: client(),
  'createClient and the hooks': `${client()}; ${hooks}`,
  'createClient and createTimeline': client('createTimeline'),
  'createClient with roomful()': roomful(),
  'createClient with roomful() and the hooks': `${roomful()}; ${hooks}`,
  'createClient with roomful() and createTimeline': roomful('createTimeline'),
  'createClient with roomful() and createPresence': roomful('createPresence'),
  'createClient with roomful() and createTyping': roomful('createTyping'),
  'createClient with roomful() and persistentOutbox': roomful('persistentOutbox'),
}
/** The same with socket.io-client and zustand. */
const WITH_SOCKET_IO: Readonly<Record<string, Bundle>> = {
  'createClient and the hooks, with socket.io-client': { code: `${client()}; ${hooks}` },
  'createClient with roomful() and the hooks, with socket.io-client': { code: `${roomful()}; ${hooks}` },
}

const PEERS: Readonly<Record<string, Bundle>> = {
  'socket.io-client': { code: only('io', 'socket.io-client') },
  'socket.io-react-hook, with socket.io-client': { code: only('useSocket, useSocketEvent', 'socket.io-react-hook') },
  'react-use-websocket': { code: `import useWebSocket from 'react-use-websocket'; console.log(useWebSocket)` },
  'partysocket/react': { code: only('usePartySocket', 'partysocket/react') },
  phoenix: { code: only('Socket, Presence', 'phoenix') },
  centrifuge: { code: only('Centrifuge', 'centrifuge') },
  ably: { code: only('Realtime', 'ably') },
  '@liveblocks/client': { code: only('createClient', '@liveblocks/client') },
  '@liveblocks/client and react': {
    code: `${only('createClient', '@liveblocks/client')}; ${all('@liveblocks/react')}`,
  },
}

/** The size that each library adds to a page without React, in a production bundle. */
export async function sizes(): Promise<Table> {
  const table: Table = {}
  for (const [name, code] of Object.entries(OURS)) table[name] = await sizeOf({ code, external: SOCKET_IO })
  for (const [name, bundle] of Object.entries({ ...WITH_SOCKET_IO, ...PEERS })) table[name] = await sizeOf(bundle)
  return table
}
