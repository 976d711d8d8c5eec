import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { plainResults, roomfulResults, startPlainServer } from '../../../client/test/baseline/baseline-expected.ts'
import { startLobby } from '../../../client/test/roomful/presence/support/start-lobby.ts'
import { runInHermes } from './hermes.ts'

const installed = fileURLToPath(new URL('../../../../.cache/react-native/', import.meta.url))
/** Set by `pnpm test:react-native`. */
const hermes = process.env['HERMES'] ?? ''

const everyHook = {
  connection: 'connected, connected',
  lost: 'undefined',
  status: 'joined',
  heard: 'ann: hello; bob: hello, ann; ',
  counted: '2',
  buffered: '2',
  timeline: 'hello (confirmed), hello, ann (confirmed)',
  members: '2',
  self: 'ann',
  others: 'bob: undefined',
  presence: '{"status":"away"}',
  typing: 'bob',
  outbox: 'asyncStorage: 0',
  answer: 'ann',
}

test('the client and every hook work in Hermes, from a bundle that Metro made of the packed packages', async () => {
  const [plain, lobby, hooks] = await Promise.all([startPlainServer(), startLobby(), startLobby()])
  hooks.server.io.on('connection', (socket) => {
    socket.on('whoami', (acknowledge) => acknowledge({ name: socket.handshake.auth['name'] as string }))
  })
  const random = randomBytes(65_536).toString('base64')
  const settings = { plain: plain.url, lobby: lobby.server.url, hooks: hooks.server.url, random }
  expect(await runInHermes(hermes, `${installed}engine.bundle.js`, settings)).toEqual({
    plain: plainResults,
    roomful: { ...roomfulResults, refusal: 'UNSUPPORTED' }, // before the polyfill for crypto
    polling: everyHook,
    websocket: everyHook,
  })
})
