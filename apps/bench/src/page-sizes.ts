import { type Bundle, hooks, only, sizeOf } from './bundle.ts'
import { rounded, type Table } from './rounds.ts'

/** A page and the peer's page that does the same, both with the transport and all dependencies except React. */
interface Pages {
  readonly ours: Bundle
  readonly peer: Bundle
  readonly goal?: string
}

const LIGHT = '@roomful/client/light'
const PAGES: Readonly<Record<string, Pages>> = {
  'light with plain rooms and three hooks, against socket.io-react-hook': {
    ours: { code: `${only('createClient', LIGHT)}; ${hooks}` },
    peer: { code: only('useSocket, useSocketEvent', 'socket.io-react-hook') },
    goal: '≤ 15,600 bytes gzip',
  },
  'light with roomful() and three hooks, against centrifuge': {
    ours: { code: `${only('createClient, roomful', LIGHT)}; ${hooks}` },
    peer: { code: only('Centrifuge', 'centrifuge') },
    goal: '≤ 22,500 bytes gzip',
  },
  'createClient and three hooks, against socket.io-react-hook': {
    ours: { code: `${only('createClient', '@roomful/client')}; ${hooks}` },
    peer: { code: only('useSocket, useSocketEvent', 'socket.io-react-hook') },
  },
}

/** The size of whole pages. A page that cannot be built has its error in the table. */
export async function pageSizes(): Promise<Table> {
  const table: Table = {}
  for (const [name, { ours, peer, goal = '' }] of Object.entries(PAGES)) {
    const peerGzip = (await sizeOf(peer)).gzip
    try {
      const { minified, gzip } = await sizeOf(ours)
      table[name] = { 'peer, gzip': peerGzip, minified, gzip, ratio: rounded(gzip / peerGzip), goal }
    } catch (error) {
      const [sentence = String(error)] = /Could not resolve "[^"]+"/.exec(String(error)) ?? []
      table[name] = { 'peer, gzip': peerGzip, goal, error: sentence }
    }
  }
  return table
}
