import type { AnyContract, EventsMap, SocketIoContract } from '@roomful/contract'
import { assertOptions } from './assert-options.ts'
import type { Client } from './client.ts'
import { createClientOver } from './create-client.ts'
import type { ClientOptions, ExistingSocketOptions, Settings } from './options.ts'
import { createExistingSocketPort } from './transport/existing-socket-port.ts'
import { createSocketPort } from './transport/socket-io-adapter.ts'
import { assertSocketOptions } from './transport/socket-options.ts'
import type { SocketHandlers, SocketPort } from './transport/socket-port.ts'

type AnyOptions = ClientOptions | ExistingSocketOptions

/**
 * Makes a client for one server: typed by a contract, by Socket.IO's own interface maps, or not at all.
 * It does nothing until it is used.
 *
 * @throws RoomfulError `INVALID_ARGUMENT` for an option of the wrong type; in a build for production only for a wrong url or time.
 * @example
 * const client = createClient({ url: 'https://chat.example.com', contract: chat, rooms: roomful(), auth: async () => ({ token: await getToken() }) })
 * const room = await client.join('general')
 * room.on('message', ({ text }, { from }) => console.log(from?.name, text))
 * await room.emit('message', { text: 'Hello, everyone' })
 */
export function createClient<C extends AnyContract>(options: AnyOptions & { readonly contract: C }): Client<C>
export function createClient<S2C extends EventsMap = EventsMap, C2S extends EventsMap = S2C>(
  options: AnyOptions & { readonly contract?: undefined },
): Client<SocketIoContract<S2C, C2S>>
export function createClient(options: AnyOptions & { readonly contract?: AnyContract | undefined }): Client {
  if (process.env.NODE_ENV !== 'production') assertOptions(options, assertSocketOptions)
  return createClientOver(createPort, options)
}

function createPort({ existingSocket, url, socket }: Settings, handlers: SocketHandlers): SocketPort {
  return existingSocket ? createExistingSocketPort(existingSocket, handlers) : createSocketPort(url, socket, handlers)
}
